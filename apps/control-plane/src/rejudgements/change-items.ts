import type { Sql } from '../database/sql.js';
import { appendEvent } from '../events/append-event.js';

/**
 * Changes items of a rejudgement, alone among all who do: whoever ends the last open one ends the rejudgement too.
 *
 * @param change is done while the rejudgement is locked, and before any lock on an item of it
 */
export async function changeItems(
  sql: Sql,
  rejudgementId: string,
  change: () => Promise<void>,
): Promise<void> {
  await sql.query('SELECT FROM rejudgements WHERE id = $1 FOR NO KEY UPDATE', [rejudgementId]);
  await change();
  const [ended] = await sql.query<{ project_id: string; owner: string; cancelled: boolean }>(
    `UPDATE rejudgements SET finished_at = now()
      WHERE id = $1 AND finished_at IS NULL
        AND NOT EXISTS (SELECT FROM rejudgement_items WHERE rejudgement_id = $1 AND ended_at IS NULL)
     RETURNING project_id, owner, cancelled_at IS NOT NULL AS cancelled`,
    [rejudgementId],
  );
  if (ended === undefined) return;
  const { project_id: projectId, owner, cancelled } = ended;
  const data = { rejudgementId, cancelled };
  await appendEvent(sql, { projectId, owner, type: 'rejudgement.finished', data });
}
