import type { Sql } from '../database/sql.js';
import { attemptLimit } from '../state/leases.js';

/** Time beyond its time-out that an attempt has to stop its VMs, and to upload and judge what it has, s. */
export const timeoutMarginSeconds = 120;

/** A job that somebody must see to. */
export interface Overdue {
  jobId: string;
  /** The newest attempt when it was found. */
  attemptId: string | null;
  /**
   * - `unclaimed`: the assignment was not claimed in time
   * - `expired`: its lease has expired, and that was not told yet, or its job is being cancelled
   * - `lost`: so have too many before, and one more lease's time has passed
   * - `timeout`: it is beyond its time-out, and its worker renews all the same
   * - `contradiction`: the states of job and attempts do not agree
   */
  why: 'unclaimed' | 'expired' | 'lost' | 'timeout' | 'contradiction';
}

export interface Bounds {
  claimSeconds: number;
  leaseSeconds: number;
  /** Whether leases count as expired now (`leasesExpire`). */
  expire: boolean;
}

/** Most jobs of one turn. */
const limit = 500;

/**
 * Finds jobs that are overdue, each once. After an outage of the service no attempt is beyond its time-out before its
 * worker had the time of a lease to tell its result.
 */
export async function findOverdue(sql: Sql, bounds: Bounds): Promise<Overdue[]> {
  const rows = await sql.query<{ job_id: string; attempt_id: string | null; why: Overdue['why'] }>(
    `SELECT job_id, attempt_id, why FROM (
       SELECT coalesce(j.id, a.job_id) AS job_id, a.id AS attempt_id,
              CASE
                WHEN a.id IS NULL OR j.id IS NULL THEN 'contradiction'
                WHEN a.state = 'assigned' THEN
                  CASE WHEN a.assigned_at < now() - make_interval(secs => $1) THEN 'unclaimed' END
                WHEN NOT $3 THEN NULL
                WHEN a.claimed_at < now() - make_interval(secs => j.timeout_s + $4) THEN 'timeout'
                WHEN a.lease_expires_at >= now() THEN NULL
                WHEN a.lease_expires_at < now() - make_interval(secs => $2)
                     AND (SELECT count(*) FROM attempts o
                           WHERE o.job_id = j.id AND o.claimed_at IS NOT NULL) >= $5 THEN 'lost'
                WHEN j.state = 'cancelling' OR NOT EXISTS (
                     SELECT FROM events e
                      WHERE e.job_id = j.id AND e.attempt_id = a.id
                        AND e.type = 'attempt.lease-expired' AND e.created_at >= a.lease_expires_at)
                  THEN 'expired'
              END AS why
         FROM (SELECT * FROM jobs WHERE state IN ('active', 'cancelling')) j
         FULL JOIN (SELECT * FROM attempts WHERE ended_at IS NULL) a ON a.job_id = j.id
     ) AS found
     WHERE why IS NOT NULL
     LIMIT $6`,
    [
      bounds.claimSeconds,
      bounds.leaseSeconds,
      bounds.expire,
      timeoutMarginSeconds,
      attemptLimit,
      limit,
    ],
  );
  return rows.map(({ job_id, attempt_id, why }) => ({ jobId: job_id, attemptId: attempt_id, why }));
}
