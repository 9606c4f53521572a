import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

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
