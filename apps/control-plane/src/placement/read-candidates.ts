import type { Sql } from '../database/sql.js';
import type { Candidate } from './model.js';

interface Row extends Omit<Candidate, 'projectId' | 'memoryMib' | 'free'> {
  project_id: string;
  memory_mib: number;
  busy_slots: number;
  busy_memory_mib: number;
  busy_cores: number;
}

/**
 * The workers, with the room that they have. An attempt whose lease has expired takes none: its worker is gone, or has
 * come back without it, or says no when it is asked for more than it can do.
 *
 * @param projectId null: of all projects
 * @param expire whether leases count as expired now (`leasesExpire`)
 */
export async function readCandidates(
  sql: Sql,
  projectId: string | null,
  absentSeconds: number,
  expire: boolean,
): Promise<Candidate[]> {
  const rows = await sql.query<Row>(
    `SELECT w.id, w.project_id, w.state, w.slots, w.memory_mib, w.cores, w.accelerator, w.labels,
            w.last_seen_at > now() - make_interval(secs => $2) IS TRUE AS present,
            count(j.id)::int AS busy_slots, coalesce(sum(j.memory_mib), 0)::int AS busy_memory_mib,
            coalesce(sum(j.cores), 0)::int AS busy_cores
       FROM workers w
       LEFT JOIN attempts a ON a.worker_id = w.id AND a.ended_at IS NULL
             AND (a.state = 'assigned' OR NOT $3 OR a.lease_expires_at >= now())
       LEFT JOIN jobs j ON j.id = a.job_id
      WHERE w.revoked_at IS NULL AND ($1::uuid IS NULL OR w.project_id = $1)
      GROUP BY w.id`,
    [projectId, absentSeconds, expire],
    { prepared: true },
  );
  return rows.map((row) => ({
    id: row.id,
    projectId: row.project_id,
    state: row.state,
    present: row.present,
    slots: row.slots,
    memoryMib: row.memory_mib,
    cores: row.cores,
    accelerator: row.accelerator,
    labels: row.labels,
    free: {
      slots: row.slots - row.busy_slots,
      memoryMib: row.memory_mib - row.busy_memory_mib,
      cores: row.cores - row.busy_cores,
    },
  }));
}
