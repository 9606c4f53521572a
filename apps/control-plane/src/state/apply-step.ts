import { randomUUID } from 'node:crypto';
import type { Verdict } from '@fenceline/contracts';
import type { QueryResultRow } from 'pg';
import type { Sql } from '../database/sql.js';
import { eventRows, insertEvents, type NewEvent } from '../events/append-event.js';
import type { Seen } from './seen.js';
import type { StateEvent, Step } from './model.js';
import type { JobOutcome } from './outcome-of.js';

/** What a step needs beside the states. */
export interface StepDetails {
  /** Seconds from now on for which the lease holds. */
  leaseSeconds?: number;
  /** What the job came to; it must be there exactly where the step finishes the job. */
  outcome?: JobOutcome;
  /** The document that decided it, and the hash of the evidence that was judged. */
  judgement?: { verdict: Verdict; evidenceSha256: string };
  /** Why the attempt failed. */
  message?: string;
  /** Who asked for it. */
  by?: string;
}

/** What the statement of a step also reads, of the job before the step. */
export interface Reading {
  /** With their tables, e.g. `j.seed`. */
  columns: string;
  /** Joins to `seen`, which has `job_id`; none may leave out its row. */
  joins: string;
}

/**
 * Writes a step of the state machine: states, lease, outcome and events, in one statement that changes nothing where job
 * and attempt are not as they were seen. `place` is written by placement, which makes many at once.
 *
 * @returns whether it was written
 */
export async function applyStep(
  sql: Sql,
  seen: Seen,
  step: Step,
  details: StepDetails = {},
): Promise<boolean> {
  const statement = statementOf(seen, step, details, { columns: '', joins: '' });
  if (statement === null) return true;
  return (await write(sql, statement)) !== null;
}

/**
 * The same, for a step that changes something, and reads what its caller needs next.
 *
 * @returns what was read; null where the step was not written
 */
export async function applyStepAndRead<Row extends QueryResultRow>(
  sql: Sql,
  seen: Seen,
  step: Step,
  details: StepDetails,
  reading: Reading,
): Promise<Row | null> {
  const statement = statementOf(seen, step, details, reading);
  if (statement === null) throw new Error('Nothing is read where nothing is written');
  return write<Row>(sql, statement);
}

interface Statement {
  text: string;
  values: unknown[];
}

async function write<Row extends QueryResultRow>(
  sql: Sql,
  { text, values }: Statement,
): Promise<Row | null> {
  // Which parts there are depends on the command and its effect: a few dozen texts.
  const [row] = await sql.query<Row>(text, values, { prepared: true });
  return row ?? null;
}

/** Null where nothing changes. */
function statementOf(
  seen: Seen,
  step: Step,
  details: StepDetails,
  { columns, joins }: Reading,
): Statement | null {
  if ((step.outcome !== undefined) !== (details.outcome !== undefined)) {
    throw new Error(
      `A job that is ${step.job} was ${details.outcome ? '' : 'not '}given an outcome`,
    );
  }
  const parts: string[] = [];
  const values: unknown[] = [];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const { attempt } = seen;

  if (step.job !== seen.state.job) {
    parts.push(`UPDATE jobs SET state = ${put(step.job)}
        ${step.job === 'queued' ? ', queued_at = now()' : ''}
        ${step.job === 'finished' ? ', finished_at = now()' : ''}
      FROM seen WHERE id = job_id`);
  }
  const changes = changesOfAttempt(seen, step, details, put);
  if (attempt !== null && changes.length > 0) {
    parts.push(`UPDATE attempts SET ${changes.join(', ')} FROM seen WHERE id = ${put(attempt.id)}`);
  }
  const rings = attempt !== null && step.job === 'cancelling' && seen.state.job !== 'cancelling';
  if (rings) {
    // It would learn of it as it renews its lease; that may be long.
    parts.push(`INSERT INTO outbox (kind, payload)
      SELECT 'doorbell', jsonb_build_object('workerId', ${put(attempt.workerId)}::text, 'attemptId', ${put(attempt.id)}::text)
        FROM seen`);
  }
  const judgementId = details.judgement === undefined ? null : randomUUID();
  if (details.judgement !== undefined && details.outcome !== undefined) {
    parts.push(insertJudgement(seen, details.outcome, details.judgement, judgementId, put));
  }
  if (details.outcome !== undefined) {
    parts.push(insertOutcome(seen, details.outcome, judgementId, put));
  }
  const events = eventsOf(seen, step, details, judgementId);
  if (events.length > 0)
    parts.push(insertEvents(put(eventRows(events)), 'EXISTS (SELECT FROM seen)'));
  if (parts.length === 0) return null;

  const notices = events.length > 0 ? [`pg_notify('fenceline_events', '')`] : [];
  // There is room on a worker again, or a job that waits.
  if (step.events.some((event) => wakesPlacement.has(event))) {
    notices.push(`pg_notify('fenceline_placement', '')`);
  }
  if (rings) notices.push(`pg_notify('fenceline_outbox', '')`);
  const text = `WITH seen AS (${stillAsSeen(seen, put)}),
     ${parts.map((part, index) => `part${index} AS (${part})`).join(', ')}
     SELECT ${[...notices, columns].filter((one) => one !== '').join(', ')} FROM seen ${joins}`;
  return { text, values };
}

/** The same, in the transaction that has locked them: there they are as they were seen. */
export async function applyLockedStep(...args: Parameters<typeof applyStep>): Promise<void> {
  if (!(await applyStep(...args))) throw new Error('A job that is locked was changed');
}

const wakesPlacement = new Set<StateEvent>([
  'attempt.ended',
  'attempt.lease-expired',
  'job.queued',
]);

type Put = (value: unknown) => string;

/** Locks job and attempt if they are as they were seen; gives no row if not. */
function stillAsSeen({ jobId, attempt, state }: Seen, put: Put): string {
  const job = `j.id = ${put(jobId)} AND j.state = ${put(state.job)}`;
  if (attempt === null || state.attempt === null) {
    return `SELECT j.id AS job_id FROM jobs j
      WHERE ${job} AND j.attempt_count = 0 FOR NO KEY UPDATE`;
  }
  const { state: attemptState, how, instance } = state.attempt;
  return `SELECT j.id AS job_id FROM jobs j JOIN attempts a ON a.job_id = j.id
    WHERE ${job} AND a.id = ${put(attempt.id)} AND a.state = ${put(attemptState)}
      AND a.ended_how IS NOT DISTINCT FROM ${put(how)}
      AND a.instance IS NOT DISTINCT FROM ${put(instance)}
      AND (a.number = j.attempt_count) = ${put(attempt.newest)}
      FOR NO KEY UPDATE OF j, a`;
}

function changesOfAttempt(
  { state: before }: Seen,
  step: Step,
  { leaseSeconds, message }: StepDetails,
  put: Put,
): string[] {
  const was = before.attempt;
  const is = step.attempt;
  const changes: string[] = [];
  if (is === null || was === null) return changes;
  if (is.state !== was.state) changes.push(`state = ${put(is.state)}`);
  if (is.how !== was.how) changes.push(`ended_how = ${put(is.how)}`);
  if (is.state === 'ended' && was.state !== 'ended') changes.push('ended_at = now()');
  if (is.instance !== was.instance) {
    changes.push(`instance = ${put(is.instance)}`, 'claimed_at = now()');
  }
  if (step.job === 'cancelling' && before.job !== 'cancelling') changes.push('cancel_asked = true');
  if (leaseSeconds !== undefined) {
    // The lease's clock is Postgres's, and not that of the transaction's begin: it may have waited for its lock.
    changes.push(
      `lease_expires_at = clock_timestamp() + make_interval(secs => ${put(leaseSeconds)})`,
    );
  }
  if (message !== undefined) changes.push(`message = ${put(message)}`);
  return changes;
}

function insertJudgement(
  { projectId, owner, jobId, attempt }: Seen,
  { asExpected, rules }: JobOutcome,
  { verdict, evidenceSha256 }: NonNullable<StepDetails['judgement']>,
  id: string | null,
  put: Put,
): string {
  const values = [
    id,
    projectId,
    owner,
    jobId,
    attempt!.id,
    evidenceSha256,
    verdict.verifier?.version ?? 'unknown',
    verdict.profile,
    verdict.verdict,
    asExpected,
    rules,
    JSON.stringify(verdict),
  ];
  return `INSERT INTO judgements (id, project_id, owner, job_id, attempt_id, evidence_sha256,
      verifier_version, profile, verdict, as_expected, rules, document)
    SELECT ${values.map(put).join(', ')} FROM seen`;
}

function insertOutcome(
  { projectId, owner, jobId, attempt }: Seen,
  { outcome, asExpected, exitCode, rules, summary }: JobOutcome,
  judgementId: string | null,
  put: Put,
): string {
  const values = [
    jobId,
    projectId,
    owner,
    attempt?.id ?? null,
    // A scenario that the kernels cannot run has a judgement at most beside its outcome.
    outcome === 'skipped' ? null : judgementId,
    outcome,
    asExpected,
    exitCode,
    rules,
    summary,
  ];
  return `INSERT INTO job_outcomes (job_id, project_id, owner, attempt_id, judgement_id, outcome,
      as_expected, exit_code, rules, summary)
    SELECT ${values.map(put).join(', ')} FROM seen`;
}

function eventsOf(
  seen: Seen,
  step: Step,
  { outcome, judgement, message, by }: StepDetails,
  judgementId: string | null,
): NewEvent[] {
  const { projectId, owner, runId, jobId, attempt } = seen;
  const common = { projectId, owner, runId, jobId };
  const ofAttempt = attempt && { attemptId: attempt.id, workerId: attempt.workerId };
  const events = step.events.map((type): NewEvent => {
    if (type.startsWith('job.')) {
      const data = { state: step.job, ...(by !== undefined && { by }), ...outcome };
      return { ...common, type, data };
    }
    const { state, how } = step.attempt!;
    return {
      ...common,
      ...ofAttempt,
      type,
      data: {
        state,
        number: attempt!.number,
        ...(how !== null && { how }),
        ...(message !== undefined && { message }),
      },
    };
  });
  if (judgement === undefined) return events;
  const { verdict, profile, verifier } = judgement.verdict;
  const judged: NewEvent = {
    ...common,
    ...ofAttempt,
    type: 'judgement.added',
    data: { judgementId, verdict, profile, verifierVersion: verifier?.version ?? 'unknown' },
  };
  return [judged, ...events];
}
