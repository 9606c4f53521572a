import { answerOf, ServiceProblem, type Client } from '@fenceline/client';
import { UsageError } from '../usage-error.js';
import type { JobDetail, RunDetail } from './documents.js';

/** A run or a job: people say either by its id alone. */
export type Target = { kind: 'run'; run: RunDetail } | { kind: 'job'; job: JobDetail };

/** @throws UsageError where there is neither under this id */
export async function findTarget(client: Client, id: string): Promise<Target> {
  checkId(id);
  const run = await orNull(
    answerOf(client.GET('/runs/{runId}', { params: { path: { runId: id } } })),
  );
  if (run !== null) return { kind: 'run', run };
  const job = await orNull(
    answerOf(client.GET('/jobs/{jobId}', { params: { path: { jobId: id } } })),
  );
  if (job !== null) return { kind: 'job', job };
  throw new UsageError(`There is no run and no job ${id}.`);
}

/** @throws UsageError for what cannot be an id */
export function checkId(id: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    throw new UsageError(`\`${id}\` is not an id, as submit and list print them.`);
  }
}

/** What a look-up came to; null where there is no such thing. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ServiceProblem && error.type === 'not-found') return null;
    throw error;
  }
}
