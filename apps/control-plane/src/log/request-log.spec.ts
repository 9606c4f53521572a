import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLog } from './create-log.js';
import { requestLog } from './request-log.js';

describe('the log of requests', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Serves with a log of this level; gives back the address and the lines. */
  async function serve(level: string, handler: RequestHandler) {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    };
    const application = express();
    application.use(requestLog(createLog(level, { write })));
    application.use(handler);
    server = application.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { lines, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jobs` };
  }

  it('has what came and what was answered, without the secret that came along', async () => {
    const { lines, url } = await serve('info', (sent, response) => {
      response.status(404).send((sent as typeof sent & { id: string }).id);
    });
    const answer = await fetch(url, { headers: { authorization: 'Bearer x' } });
    const id = await answer.text();
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    const [line] = lines;
    expect(line).toMatchObject({
      msg: 'request completed',
      req: { id, method: 'GET', url: '/jobs' },
      res: { statusCode: 404 },
      responseTime: expect.any(Number) as number,
    });
    expect(line).not.toHaveProperty('req.headers.authorization');
  });

  it('tells of one whose client has gone', async () => {
    const { lines, url } = await serve('info', () => sent.destroy());
    const sent = request(url).on('error', () => undefined);
    sent.end();
    await vi.waitFor(() => expect(lines).toMatchObject([{ msg: 'request aborted' }]));
  });

  it('has nothing where the level leaves it out', async () => {
    const closed = vi.fn();
    const { lines, url } = await serve('error', (_, response) => {
      response.once('close', closed).send('');
    });
    await fetch(url);
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
    expect(lines).toEqual([]);
  });
});
