import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { tryLock } from './advisory-lock.js';
import { Background } from './background.js';
import { Listener } from './listener.js';

describe('background work on Postgres', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
    // Its own turns take these locks too.
    await service.application.get(Background).stop();
  });
  afterAll(() => service.close());

  it('gives an advisory lock to one transaction at a time', async () => {
    const { database } = service;
    // The service's own loops have these locks too, each for a moment.
    await vi.waitFor(() =>
      database.transaction(async (sql) => {
        expect(await tryLock(sql, 'retention')).toBe(true);
        await database.transaction(async (other) => {
          expect(await tryLock(other, 'retention')).toBe(false);
          expect(await tryLock(other, 'relay')).toBe(true);
        });
      }),
    );
    await vi.waitFor(() =>
      database.transaction(async (sql) => {
        expect(await tryLock(sql, 'retention')).toBe(true);
      }),
    );
  });

  it('hears notifications, and is called after its connection was cut', async () => {
    const { application, database } = service;
    const wake = vi.fn();
    application.get(Listener).on('spec', wake);
    await vi.waitFor(
      async () => {
        await database.query(`SELECT pg_notify('spec', '')`);
        expect(wake).toHaveBeenCalled();
      },
      { timeout: 15_000 },
    );
    wake.mockClear();
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 15_000 });
    wake.mockClear();
    await database.query(`SELECT pg_notify('spec', '')`);
    await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 15_000 });
  });
});
