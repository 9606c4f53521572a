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
  await appendEvents(sql, [event]);
}

/** Writes events in this order, as `appendEvent` does. */
export async function appendEvents(sql: Sql, events: readonly NewEvent[]): Promise<void> {
  await sql.query(
    `WITH written AS (${insertEvents('$1')}) SELECT pg_notify('fenceline_events', '')`,
    [eventRows(events)],
  );
}

/**
 * The statement that inserts events, to be a part of a greater one, which notifies `fenceline_events` then.
 *
 * @param parameter the place of `eventRows`, e.g. `$3`
 * @param condition under which they are inserted
 */
export function insertEvents(parameter: string, condition = 'true'): string {
  // Ids come from a sequence in the order of the rows. Time, as them, is that of writing: the transaction may have begun
  // long before, and waited.
  return `INSERT INTO events
      (created_at, project_id, owner, type, run_id, job_id, attempt_id, worker_id, data)
    SELECT clock_timestamp(), "projectId", owner, type, "runId", "jobId", "attemptId", "workerId",
           coalesce(data, '{}')
      FROM jsonb_to_recordset(${parameter}::jsonb) AS event
           ("projectId" uuid, owner text, type text, "runId" uuid, "jobId" uuid,
            "attemptId" uuid, "workerId" uuid, data jsonb)
     WHERE ${condition}`;
}

export function eventRows(events: readonly NewEvent[]): string {
  return JSON.stringify(events);
}
