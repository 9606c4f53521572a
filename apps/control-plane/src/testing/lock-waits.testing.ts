import { vi } from 'vitest';
import type { Database } from '../database/database.js';

/** Waits until so many statements wait for locks. Postgres tells nobody of it: it is asked again and again. */
export async function untilLockWaits(database: Database, count: number): Promise<void> {
  await vi.waitUntil(
    async () => {
      const [row] = await database.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return row!.waiting === count;
    },
    { timeout: 10_000, interval: 10 },
  );
}
