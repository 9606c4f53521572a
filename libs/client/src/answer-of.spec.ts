import { describe, expect, it } from 'vitest';
import { answerOf } from './answer-of.js';
import { connect } from './connect.js';
import { ServiceProblem, ServiceUnreachable } from './service-problem.js';

/** The call of a client whose service answers so. */
function call(answer: Response | Error) {
  const send = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
  return answerOf(connect({ service: 'http://service.test', fetch: send }).GET('/health/live'));
}

describe('answerOf', () => {
  it('gives the answer', async () => {
    expect(await call(Response.json({ status: 'ok' }))).toEqual({ status: 'ok' });
  });

  it('throws what the service refused, with what mends it', async () => {
    const document = {
      type: '/problems/invalid-request',
      title: 'The request is not valid',
      status: 400,
      detail: 'One field is wrong.',
      mend: 'Give a seed.',
      errors: [{ field: 'body.seeds[0]', message: 'is no number' }],
      requestId: 'r-1',
    };
    const failure = call(Response.json(document, { status: 400 }));
    await expect(failure).rejects.toThrow(ServiceProblem);
    await expect(failure).rejects.toMatchObject({
      message: 'One field is wrong.',
      type: 'invalid-request',
      status: 400,
      mend: 'Give a seed.',
      errors: document.errors,
      requestId: 'r-1',
    });
  });

  it('takes what is no answer of the service for an unreachable one', async () => {
    const page = new Response('<html>Bad gateway</html>', { status: 502 });
    await expect(call(page)).rejects.toThrow(ServiceUnreachable);
    const refused = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:1')], '');
    const failure = call(new TypeError('fetch failed', { cause: refused }));
    await expect(failure).rejects.toThrow(ServiceUnreachable);
    await expect(failure).rejects.toThrow('ECONNREFUSED 127.0.0.1:1');
  });

  it('lets the end of a call by its signal through', async () => {
    const reason = new DOMException('stopped', 'AbortError');
    await expect(call(reason)).rejects.toBe(reason);
  });
});
