import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { TcpDialer } from './tcp-dialer.js';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A peer on the loopback, and a user that writes down what it is told. */
async function peer() {
  const server = createServer();
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: trsvcid } = server.address() as AddressInfo;
  const accepted = once(server, 'connection').then(([socket]) => socket as Socket);
  const told: string[] = [];
  let changed = (): void => undefined;
  const tell = (what: string) => {
    told.push(what);
    changed();
  };
  const dialer = new TcpDialer([
    { name: 'A', address: '127.0.0.1', trsvcid, localAddress: '127.0.0.1' },
  ]);
  const connection = dialer.connect('A', {
    opened: () => tell('opened'),
    received: (bytes) => tell(`received ${Buffer.from(bytes).toString()}`),
    closed: () => tell('closed'),
  });
  const until = async (what: string) => {
    while (!told.includes(what)) await new Promise<void>((resolve) => (changed = resolve));
  };
  return { accepted, told, connection, until };
}

describe('a TCP connection of a guest', () => {
  it('carries bytes both ways, and ends', async () => {
    const { accepted, told, connection, until } = await peer();
    const socket = await accepted;
    await until('opened');
    connection.send(Buffer.from('there'));
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('there');
    socket.end('back');
    await until('closed');
    expect(told).toEqual(['opened', 'received back', 'closed']);
  });

  it('hands over at once what is sent at one moment', async () => {
    const { accepted, connection, until } = await peer();
    const socket = await accepted;
    await until('opened');
    for (const text of ['data', ' and', ' status']) connection.send(Buffer.from(text));
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('data and status');
  });

  it('is reset at once by an abort, of which its user is told nothing', async () => {
    const { accepted, told, connection, until } = await peer();
    const socket = await accepted;
    await until('opened');
    const error = once(socket, 'error');
    socket.resume();
    connection.abort();
    expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
    connection.send(Buffer.from('late'));
    expect(told).toEqual(['opened']);
  });

  it('is closed where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: trsvcid } = server.address() as AddressInfo;
    server.close();
    const path = { name: 'A', address: '127.0.0.1', trsvcid, localAddress: '127.0.0.1' };
    const dialer = new TcpDialer([path]);
    await new Promise<void>((resolve) =>
      dialer.connect('A', { opened: nothing, received: nothing, closed: resolve }),
    );
    const user = { opened: nothing, received: nothing, closed: nothing };
    expect(() => dialer.connect('Z', user)).toThrow('no path Z');
  });
});

function nothing(): void {
  throw new Error('nothing is told');
}
