import type { RunSpec } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import type { Sql } from '../database/sql.js';
import { appendEvent } from '../events/append-event.js';
import { listSeeds, type Variant } from './matrix.js';

export interface RunToInsert {
  name: string;
  spec: RunSpec;
  jobCount: number;
  fromRunId: string | null;
}

/** Inserts a run with its event; its jobs must follow in the same transaction. Gives its id. */
export async function insertRun(
  sql: Sql,
  { projectId, owner }: Principal,
  { name, spec, jobCount, fromRunId }: RunToInsert,
): Promise<string> {
  const [row] = await sql.query<{ id: string }>(
    `INSERT INTO runs (project_id, owner, name, spec, labels, job_count, from_run_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [projectId, owner, name, spec, spec.labels, jobCount, fromRunId],
  );
  const runId = row!.id;
  await appendEvent(sql, {
    projectId,
    owner,
    type: 'run.submitted',
    runId,
    data: { name, jobCount, fromRunId },
  });
  return runId;
}

/** What follows the insertion of jobs: an event each, and placement looks at once. */
const queueAdded = `,
  queued AS (
    INSERT INTO events (created_at, project_id, owner, type, run_id, job_id, data)
    SELECT clock_timestamp(), project_id, owner, 'job.queued', run_id, id,
           jsonb_build_object('state', state, 'scenario', scenario_name, 'kernel', kernel, 'seed', seed,
                              'repeat', repeat, 'driver', driver, 'priority', priority)
      FROM added)
  SELECT pg_notify('fenceline_placement', '')`;

/** Inserts variants × seeds × repeats in one statement. */
export async function insertMatrix(
  sql: Sql,
  { projectId, owner }: Principal,
  runId: string,
  variants: readonly Variant[],
  spec: RunSpec,
): Promise<void> {
  await sql.query(
    `WITH variants AS (
       SELECT * FROM jsonb_to_recordset($4::jsonb)
         AS variant ("scenarioHash" text, "scenarioName" text, kernel text, pinned jsonb, needs jsonb)),
     added AS (
       INSERT INTO jobs (project_id, owner, run_id, scenario_hash, scenario_name, kernel, pinned, needs,
                         memory_mib, cores, seed, repeat, driver, labels, priority, timeout_s)
       SELECT $1, $2, $3, "scenarioHash", "scenarioName", kernel, pinned, needs,
              (needs->>'memoryMib')::int, (needs->>'cores')::int, seed, repeat, $7, $8, $9, $10
         FROM variants, unnest($5::bigint[]) AS seed, generate_series(0, $6::int - 1) AS repeat
       RETURNING *)
     ${queueAdded}`,
    [
      projectId,
      owner,
      runId,
      JSON.stringify(variants),
      listSeeds(spec.seeds),
      spec.repeats,
      spec.driver,
      spec.labels,
      spec.priority,
      spec.timeoutSeconds,
    ],
  );
}

/** Inserts the same jobs again, with what was pinned for them. */
export async function insertCopies(
  sql: Sql,
  { projectId, owner }: Principal,
  runId: string,
  jobIds: readonly string[],
): Promise<void> {
  await sql.query(
    `WITH added AS (
       INSERT INTO jobs (project_id, owner, run_id, scenario_hash, scenario_name, kernel, pinned, needs,
                         memory_mib, cores, seed, repeat, driver, labels, priority, timeout_s)
       SELECT $1, $2, $3, scenario_hash, scenario_name, kernel, pinned, needs,
              memory_mib, cores, seed, repeat, driver, labels, priority, timeout_s
         FROM jobs WHERE project_id = $1 AND id = ANY ($4)
       RETURNING *)
     ${queueAdded}`,
    [projectId, owner, runId, jobIds],
  );
}
