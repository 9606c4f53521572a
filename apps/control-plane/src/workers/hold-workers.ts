import type { Sql } from '../database/sql.js';

/**
 * Keeps workers from being revoked until the transaction ends. Whoever gives a worker something holds it first, and before
 * any lock on a job or an item: whoever revokes it locks it first too, and takes away what was given before.
 *
 * @returns the ids of those that were not revoked before
 */
export async function holdWorkers(
  sql: Sql,
  workerIds: readonly string[],
): Promise<ReadonlySet<string>> {
  // The weakest lock that `FOR UPDATE` waits for; a worker that says that it is there does not.
  const rows = await sql.query<{ id: string }>(
    `SELECT id FROM workers WHERE id = ANY ($1) AND revoked_at IS NULL ORDER BY id FOR KEY SHARE`,
    [workerIds],
    { prepared: true },
  );
  return new Set(rows.map(({ id }) => id));
}
