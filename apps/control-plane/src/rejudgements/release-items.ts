import type { Sql } from '../database/sql.js';
import { changeItems } from './change-items.js';

/** Has what a worker judges again wait for another one, in the transaction that revokes it: it hears that it is superseded. */
export async function releaseItems(sql: Sql, workerId: string): Promise<void> {
  const judged = await sql.query<{ id: string }>(
    `SELECT DISTINCT rejudgement_id AS id FROM rejudgement_items
      WHERE worker_id = $1 AND state = 'running' ORDER BY 1`,
    [workerId],
  );
  for (const { id } of judged) {
    await changeItems(sql, id, async () => {
      await sql.query(
        `UPDATE rejudgement_items SET state = 'waiting', worker_id = NULL, lease_expires_at = NULL
          WHERE rejudgement_id = $1 AND worker_id = $2 AND state = 'running'`,
        [id, workerId],
      );
    });
  }
}
