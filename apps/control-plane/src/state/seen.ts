import type { AttemptEnd, AttemptState, JobState } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';
import type { State } from './model.js';

/** A job and an attempt of it, seen until the end of the transaction. */
export interface Seen {
  projectId: string;
  owner: string;
  runId: string;
  jobId: string;
  scenarioHash: string;
  /** Null where the job had no attempt yet. */
  attempt: {
    id: string;
    number: number;
    workerId: string;
    fencingToken: string;
    /** Whether it is the newest of its job. */
    newest: boolean;
    /** Whether its lease is past its time; it can be renewed all the same. */
    leaseOver: boolean;
  } | null;
  state: State;
}

interface Row {
  project_id: string;
  owner: string;
  run_id: string;
  job_id: string;
  scenario_hash: string;
  job_state: JobState;
  attempt_id: string | null;
  number: number;
  newest: boolean;
  lease_over: boolean;
  worker_id: string;
  fencing_token: string;
  attempt_state: AttemptState;
  ended_how: AttemptEnd | null;
  instance: string | null;
}

/** One whose attempt is there. */
export type SeenAttempt = Seen & { attempt: NonNullable<Seen['attempt']> };

const jobColumns =
  'j.project_id, j.owner, j.run_id, j.id AS job_id, j.scenario_hash, j.state AS job_state';
const attemptColumns = `a.id AS attempt_id, a.number, a.number = j.attempt_count AS newest,
  a.lease_expires_at < now() IS TRUE AS lease_over, a.worker_id,
  a.fencing_token, a.state AS attempt_state, a.ended_how, a.instance`;

/**
 * Reads the attempt of a worker and its job, without a lock: `applyStep` changes nothing where they are not so any more.
 *
 * @returns null where this worker has no such attempt
 */
export async function seeAttempt(
  sql: Sql,
  attemptId: string,
  workerId: string,
  locking: '' | 'FOR NO KEY UPDATE OF j, a' = '',
): Promise<SeenAttempt | null> {
  const [row] = await sql.query<Row>(
    `SELECT ${jobColumns}, ${attemptColumns}
       FROM jobs j JOIN attempts a ON a.job_id = j.id
      WHERE a.id = $1 AND a.worker_id = $2 ${locking}`,
    [attemptId, workerId],
    { prepared: true },
  );
  if (row === undefined) return null;
  const seen = seenOf(row);
  return { ...seen, attempt: seen.attempt! };
}

/**
 * The same, locked until the end of the transaction. Everything that changes a job or an attempt locks the job first, so
 * that no two wait for each other.
 */
export function lockAttempt(
  sql: Sql,
  attemptId: string,
  workerId: string,
): Promise<SeenAttempt | null> {
  return seeAttempt(sql, attemptId, workerId, 'FOR NO KEY UPDATE OF j, a');
}

/**
 * Locks jobs, with the newest attempt of each, in the order of their ids. Those that another transaction has seen are
 * waited for; with `skip` they are left out, as it is at work on them.
 */
export async function lockJobs(
  sql: Sql,
  jobIds: readonly string[],
  whenLocked: 'wait' | 'skip' = 'wait',
): Promise<Seen[]> {
  const jobs = await sql.query<{ id: string }>(
    `SELECT id FROM jobs WHERE id = ANY ($1) ORDER BY id
        FOR NO KEY UPDATE ${whenLocked === 'skip' ? 'SKIP LOCKED' : ''}`,
    [jobIds],
    { prepared: true },
  );
  // Read after the locks were taken: a statement that waited would see an attempt as it was before.
  const rows = await sql.query<Row>(
    `SELECT ${jobColumns}, ${attemptColumns}
       FROM jobs j LEFT JOIN attempts a ON a.job_id = j.id AND a.number = j.attempt_count
      WHERE j.id = ANY ($1)
      ORDER BY j.id`,
    [jobs.map(({ id }) => id)],
    { prepared: true },
  );
  return rows.map(seenOf);
}

function seenOf(row: Row): Seen {
  const { attempt_id: id } = row;
  return {
    projectId: row.project_id,
    owner: row.owner,
    runId: row.run_id,
    jobId: row.job_id,
    scenarioHash: row.scenario_hash,
    attempt:
      id === null
        ? null
        : {
            id,
            number: row.number,
            workerId: row.worker_id,
            fencingToken: row.fencing_token,
            newest: row.newest,
            leaseOver: row.lease_over,
          },
    state: {
      job: row.job_state,
      attempt:
        id === null
          ? null
          : { state: row.attempt_state, how: row.ended_how, instance: row.instance },
    },
  };
}
