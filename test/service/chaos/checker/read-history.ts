import type { Rows } from '../harness/rows.js';
import type {
  ArtifactRow,
  AttemptRow,
  EventRow,
  JobRow,
  JudgementRow,
  OutcomeRow,
  ServiceHistory,
} from './history.js';

/** The part of a history that Postgres has. */
export type StoredHistory = Pick<
  ServiceHistory,
  'jobs' | 'attempts' | 'outcomes' | 'judgements' | 'artifacts' | 'blobs' | 'events' | 'unrung'
>;

/** Reads the rows, by statements of the checker's own. */
export async function readHistory(rows: Rows): Promise<StoredHistory> {
  const blobs = await rows.read<{ sha256: string; size: string }>('SELECT sha256, size FROM blobs');
  const attempts = await rows.read<Omit<AttemptRow, 'fencingToken'> & { token: string }>(
    `SELECT id, job_id AS "jobId", number, state::text, ended_how::text AS how,
            fencing_token::text AS token, claimed_at IS NOT NULL AS claimed FROM attempts`,
  );
  const events = await rows.read<Omit<EventRow, 'number'> & { number: string | null }>(
    `SELECT number::text, type, job_id AS "jobId", attempt_id AS "attemptId",
            data ->> 'how' AS how, data ->> 'outcome' AS outcome
       FROM events ORDER BY events.number NULLS LAST, id`,
  );
  const outbox = await rows.read<{ id: string; tries: number }>(
    'SELECT id::text, tries FROM outbox ORDER BY id',
  );
  return {
    jobs: await rows.read<JobRow>('SELECT id, run_id AS "runId", state::text FROM jobs'),
    attempts: attempts.map(({ token, ...attempt }) => ({
      ...attempt,
      fencingToken: BigInt(token),
    })),
    outcomes: await rows.read<OutcomeRow>(
      `SELECT job_id AS "jobId", attempt_id AS "attemptId", judgement_id AS "judgementId",
              outcome::text FROM job_outcomes`,
    ),
    judgements: await rows.read<JudgementRow>(
      `SELECT id, job_id AS "jobId", attempt_id AS "attemptId",
              evidence_sha256 AS "evidenceSha256", document ->> 'evidence' AS "madeBy"
         FROM judgements`,
    ),
    artifacts: await rows.read<ArtifactRow>(
      'SELECT attempt_id AS "attemptId", kind, sha256 FROM artifacts',
    ),
    blobs: new Map(blobs.map(({ sha256, size }) => [sha256, Number(size)])),
    events: events.map((event) => ({
      ...event,
      number: event.number === null ? null : Number(event.number),
    })),
    unrung: outbox.map(({ id, tries }) => `row ${id} of the outbox, tried ${tries} times`),
  };
}
