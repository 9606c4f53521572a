import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { Database } from './database.js';

let service: TestService;
beforeAll(async () => {
  service = await openTestService();
});
afterAll(async () => {
  await service.close();
});

it('outlives a connection that breaks between two statements of a transaction', async () => {
  const { database } = service;
  const broken = database.transaction(async (sql) => {
    const [own] = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await database.query('SELECT pg_terminate_backend($1)', [own!.pid]);
    // Its end is here before the next statement is sent.
    while (
      (await database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [own!.pid])).length
    );
    await new Promise((resolve) => setImmediate(resolve));
    return await sql.query('SELECT 1');
  });
  await expect(broken).rejects.toThrow();
  expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

/** A message of Postgres's protocol: its type, its length, its bytes. */
function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')]);
}

it('outlives a server that ends a connection in the packet that makes it ready', async () => {
  const greeting = Buffer.concat([
    message('R', '\0\0\0\0'),
    message('Z', 'I'),
    message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
  ]);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(greeting));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const database = new Database({ DATABASE_URL: `postgres://one@127.0.0.1:${port}/one` });
  try {
    const asked = [
      database.query('SELECT 1'),
      database.transaction((sql) => sql.query('SELECT 1')),
      database.prisma.$transaction((prisma) => prisma.worker.count()),
    ];
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
  } finally {
    await database.onApplicationShutdown();
    server.close();
  }
});
