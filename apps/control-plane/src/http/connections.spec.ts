import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { beforeEach, describe, expect, it } from 'vitest';
import { Connections } from './connections.js';

// Each of these would be open for a minute.
describe('a server that stops', () => {
  let connections: Connections;
  let application: Express;
  let server: Server;
  let port: number;

  beforeEach(async () => {
    connections = new Connections();
    application = express();
    server = application.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.keepAliveTimeout = 60_000;
    application.use(connections.of(server));
    ({ port } = server.address() as AddressInfo);
  });

  function stop(): Promise<unknown> {
    connections.beforeApplicationShutdown();
    return new Promise((resolve) => server.close(resolve));
  }

  it('answers what it was asked, and then closes that connection', async () => {
    const asked = new Promise<() => void>((ask) => {
      application.get('/', (_, response) => ask(() => response.end('late')));
    });
    const agent = new Agent({ keepAlive: true });
    const request = get({ host: '127.0.0.1', port, agent });
    const answer = await asked;
    const stopped = stop();
    answer();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    await stopped;
    agent.destroy();
  });

  it('closes a connection that never had a request', async () => {
    const accepted = once(server, 'connection');
    const client = connect(port, '127.0.0.1');
    const closed = once(client.resume(), 'close');
    await accepted;
    await stop();
    await closed;
  });
});
