import type { Sql } from '../database/sql.js';

/** Ours among all advisory locks of a database: "fenc" in ASCII. */
const family = 0x66656e63;

/** What one control plane does at a time; each number stays what it is. */
const numbers = {
  placement: 1,
  relay: 2,
  reconciler: 3,
  retention: 4,
  uploads: 5,
  blobs: 6,
  kernels: 7,
  images: 8,
} as const;
export type AdvisoryLock = keyof typeof numbers;

/**
 * Takes a lock until the end of the transaction, or gives back false at once where another transaction has it: that
 * one does the work.
 */
export async function tryLock(sql: Sql, lock: AdvisoryLock): Promise<boolean> {
  const [row] = await sql.query<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1, $2) AS taken',
    [family, numbers[lock]],
    { prepared: true },
  );
  return row!.taken;
}
