import { describe, expect, it } from 'vitest';
import { readEvents, type EventMessage, type ReadEventsOptions } from './read-events.js';
import { ServiceProblem } from './service-problem.js';

/** What the service answers to one request: pieces of a stream, an answer that is none, or a failure. */
type Answer = { pieces: string[]; hangs?: boolean } | Response | Error;

/** A service that gives these answers one after the other, and what it was asked. */
function fakeService(answers: Answer[]) {
  const asked: { url: string; lastEventId: string | null; authorization: string | null }[] = [];
  const paused: number[] = [];
  const controller = new AbortController();
  const send: typeof fetch = (url, init) => {
    const headers = new Headers(init?.headers);
    asked.push({
      url: String(url instanceof Request ? url.url : url),
      lastEventId: headers.get('last-event-id'),
      authorization: headers.get('authorization'),
    });
    const answer = answers.shift();
    if (answer === undefined) {
      controller.abort();
      return Promise.reject(controller.signal.reason as Error);
    }
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(
      answer instanceof Response ? answer : streamOf(answer, init?.signal ?? controller.signal),
    );
  };
  const options: ReadEventsOptions = {
    service: 'http://service.test',
    token: 'flt_secret',
    fetch: send,
    signal: controller.signal,
    pause: (ms) => Promise.resolve(paused.push(ms)),
  };
  return { options, asked, paused };
}

function streamOf(
  { pieces, hangs = false }: Exclude<Answer, Response | Error>,
  signal: AbortSignal,
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      for (const piece of pieces) stream.enqueue(encoder.encode(piece));
      if (!hangs) stream.close();
      else signal.addEventListener('abort', () => stream.error(signal.reason));
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

async function all(options: ReadEventsOptions): Promise<EventMessage[]> {
  const messages: EventMessage[] = [];
  for await (const message of readEvents(options)) messages.push(message);
  return messages;
}

const kinds = (messages: readonly EventMessage[]): string[] => messages.map(({ kind }) => kind);

describe('readEvents', () => {
  it('puts messages together that come in pieces, and tells events from live parts', async () => {
    const pieces = [
      ': hello\n\nid: 7\ndata: {"type":"job.',
      'active"}\n\nevent: live\ndata: {"a":1}\n\n',
    ];
    const { options, asked } = fakeService([{ pieces }]);
    expect(await all({ ...options, query: { runId: 'r' } })).toEqual([
      { kind: 'open' },
      { kind: 'event', id: '7', data: { type: 'job.active' } },
      { kind: 'live', data: { a: 1 } },
      { kind: 'cut', reason: 'the service ended the stream' },
    ]);
    expect(asked[0]).toEqual({
      url: 'http://service.test/api/v1/events?runId=r',
      lastEventId: null,
      authorization: 'Bearer flt_secret',
    });
  });

  it('goes on behind the last event when it is cut, after longer and longer pauses', async () => {
    const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const busy = Response.json(
      { type: '/problems/unavailable', title: '', status: 503, detail: 'Postgres is away.' },
      { status: 503 },
    );
    const { options, asked, paused } = fakeService([
      { pieces: ['id: 7\ndata: {}\n\n'] },
      refused,
      busy,
      { pieces: ['id: 8\ndata: {}\n\n'] },
    ]);
    const messages = await all({ ...options, after: '3' });
    expect(messages.filter(({ kind }) => kind === 'cut')).toEqual([
      { kind: 'cut', reason: 'the service ended the stream' },
      { kind: 'cut', reason: 'The service does not answer: connect ECONNREFUSED' },
      { kind: 'cut', reason: 'Postgres is away.' },
      { kind: 'cut', reason: 'the service ended the stream' },
    ]);
    expect(asked.map(({ lastEventId }) => lastEventId)).toEqual(['3', '7', '7', '7', '8']);
    const doubling = [500, 1000, 2000, 500];
    paused.forEach((ms, index) => {
      expect(ms).toBeGreaterThanOrEqual(doubling[index]! / 2);
      expect(ms).toBeLessThanOrEqual(doubling[index]!);
    });
    expect(paused).toHaveLength(4);
  });

  it('tells a reset, and goes on behind it', async () => {
    const { options, asked } = fakeService([
      { pieces: ['id: 90\nevent: reset\ndata: {}\n\n'] },
      { pieces: [] },
    ]);
    expect(kinds(await all({ ...options, after: '1' }))).toEqual([
      'open',
      'reset',
      'cut',
      'open',
      'cut',
    ]);
    expect(asked.map(({ lastEventId }) => lastEventId)).toEqual(['1', '90', '90']);
  });

  it('gives up where the service refuses', async () => {
    const refusal = Response.json(
      { type: '/problems/forbidden', title: '', status: 403, detail: 'It takes the scope `read`.' },
      { status: 403 },
    );
    const { options } = fakeService([refusal]);
    const failure = all(options);
    await expect(failure).rejects.toThrow(ServiceProblem);
    await expect(failure).rejects.toMatchObject({ type: 'forbidden', status: 403 });
  });

  it('takes a connection on which nothing comes for dead', async () => {
    const { options } = fakeService([{ pieces: ['id: 1\ndata: {}\n\n'], hangs: true }]);
    const messages = await all({ ...options, idleMs: 20 });
    expect(kinds(messages)).toEqual(['open', 'event', 'cut']);
    expect(messages.at(-1)).toEqual({
      kind: 'cut',
      reason: 'The service does not answer: nothing came for 0.02 s',
    });
  });

  it('ends when its signal says so, and throws nothing', async () => {
    const { options } = fakeService([{ pieces: ['id: 1\ndata: {}\n\n'], hangs: true }]);
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const { kind } of readEvents({ ...options, signal: controller.signal })) {
      seen.push(kind);
      if (kind === 'event') controller.abort();
    }
    expect(seen).toEqual(['open', 'event']);
  });
});
