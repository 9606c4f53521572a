import { randomUUID } from 'node:crypto';
import type { Verdict } from '@fenceline/contracts';
import type { Sql } from '../database/sql.js';
import { eventRows, insertEvents, type NewEvent } from '../events/append-event.js';
import type { Locked } from './lock.js';
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

/**
 * Writes a step of the state machine: states, lease, outcome and events, in one statement. `place` is written by
 * placement, which makes many at once.
 *
 * @param sql the transaction that holds the lock
 */
export async function applyStep(
  sql: Sql,
  locked: Locked,
  step: Step,
  details: StepDetails = {},
): Promise<void> {
  if ((step.outcome !== undefined) !== (details.outcome !== undefined)) {
    throw new Error(
      `A job that is ${step.job} was ${details.outcome ? '' : 'not '}given an outcome`,
    );
  }
  const parts: string[] = [];
  const values: unknown[] = [];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const { attempt } = locked;

  if (step.job !== locked.state.job) {
    parts.push(`UPDATE jobs SET state = ${put(step.job)}
        ${step.job === 'queued' ? ', queued_at = now()' : ''}
        ${step.job === 'finished' ? ', finished_at = now()' : ''}
      WHERE id = ${put(locked.jobId)}`);
  }
  const changes = changesOfAttempt(locked, step, details, put);
  if (attempt !== null && changes.length > 0) {
    parts.push(`UPDATE attempts SET ${changes.join(', ')} WHERE id = ${put(attempt.id)}`);
  }
  const judgementId = details.judgement === undefined ? null : randomUUID();
  if (details.judgement !== undefined && details.outcome !== undefined) {
    parts.push(insertJudgement(locked, details.outcome, details.judgement, judgementId, put));
  }
  if (details.outcome !== undefined) {
    parts.push(insertOutcome(locked, details.outcome, judgementId, put));
  }
  const events = eventsOf(locked, step, details, judgementId);
  if (events.length > 0) parts.push(insertEvents(put(eventRows(events))));
  if (parts.length === 0) return;

  const notices = events.length > 0 ? [`pg_notify('fenceline_events', '')`] : [];
  // There is room on a worker again, or a job that waits.
  if (step.events.some((event) => wakesPlacement.has(event)))
    notices.push(`pg_notify('fenceline_placement', '')`);
  await sql.query(
    `WITH ${parts.map((part, index) => `part${index} AS (${part})`).join(', ')}
     SELECT ${notices.join(', ') || '1'}`,
    values,
  );
}

const wakesPlacement = new Set<StateEvent>([
  'attempt.ended',
  'attempt.lease-expired',
  'job.queued',
]);

type Put = (value: unknown) => string;

function changesOfAttempt(
  { state: before }: Locked,
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
  { projectId, owner, jobId, attempt }: Locked,
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
    VALUES (${values.map(put).join(', ')})`;
}

function insertOutcome(
  { projectId, owner, jobId, attempt }: Locked,
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
    VALUES (${values.map(put).join(', ')})`;
}

function eventsOf(
  locked: Locked,
  step: Step,
  { outcome, judgement, message, by }: StepDetails,
  judgementId: string | null,
): NewEvent[] {
  const { projectId, owner, runId, jobId, attempt } = locked;
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
