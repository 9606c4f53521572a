import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Api } from './api.mjs';
import { followJob } from './follow-job.mjs';

const quick = { patienceMs: 0, restMs: 1 };

describe('followJob', () => {
  let server;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** A service whose answers are given in turn, by path. */
  async function serve(answer) {
    server = createServer((request, response) => answer(request.url, response));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Api(`http://127.0.0.1:${server.address().port}`, 'token');
  }

  const event = (number, type) =>
    `id: ${number}\ndata: ${JSON.stringify({ number: String(number), type })}\n\n`;

  it.each([
    ['ends', (response) => response.end()],
    ['is cut', (response) => response.destroy()],
  ])(
    'goes on behind the last event when the stream %s, until the job has finished',
    async (_, cut) => {
      const asked = [];
      const api = await serve((url, response) => {
        if (url.includes('/jobs/')) {
          response.end(JSON.stringify({ state: asked.length === 1 ? 'active' : 'finished' }));
          return;
        }
        asked.push(new URL(url, 'http://service').searchParams.get('after'));
        if (asked.length === 1) response.write(event(7, 'job.active'), () => cut(response));
        else response.write(event(9, 'job.finished'));
      });
      const told = [];
      const job = await followJob(api, 'one', ({ data }) => told.push(data.type), {
        ...quick,
        patienceMs: 60_000,
      });
      expect(job).toEqual({ state: 'finished' });
      expect({ asked, told }).toEqual({ asked: ['0', '7'], told: ['job.active', 'job.finished'] });
    },
  );

  it('gives up at once where it is refused, and in time where nobody answers', async () => {
    const api = await serve((url, response) => {
      if (url.includes('/events'))
        response.writeHead(404).end('{"title":"There is no such thing"}');
    });
    const nothing = () => undefined;
    await expect(followJob(api, 'one', nothing)).rejects.toThrow('There is no such thing');
    server.close();
    server.closeAllConnections();
    await expect(followJob(api, 'one', nothing, quick)).rejects.toThrow('does not answer any more');
  });
});
