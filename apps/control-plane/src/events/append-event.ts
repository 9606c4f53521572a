import type { Sql } from '../database/sql.js';

/** What happened, and to what. */
export interface NewEvent {
  projectId: string;
  owner: string;
  /** `run.submitted`, `job.queued`, `attempt.assigned` … */
  type: string;
  runId?: string;
  jobId?: string;
  attemptId?: string;
  workerId?: string;
  data?: Record<string, unknown>;
}

/**
 * Writes an event in the transaction of its cause, without a number: the relay numbers it once it is committed, and
 * is woken when that happens.
 */
export async function appendEvent(sql: Sql, event: NewEvent): Promise<void> {
  await sql.query(
    `WITH written AS (
       INSERT INTO events (project_id, owner, type, run_id, job_id, attempt_id, worker_id, data)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8))
     SELECT pg_notify('fenceline_events', '')`,
    [
      event.projectId,
      event.owner,
      event.type,
      event.runId ?? null,
      event.jobId ?? null,
      event.attemptId ?? null,
      event.workerId ?? null,
      event.data ?? {},
    ],
  );
}
