import { answerOf } from '@fenceline/client';
import type { ExitCode } from '@fenceline/contracts/exit-code';
import { awaitRun, type AwaitOptions } from './await-run.js';
import { findTarget } from './find-target.js';
import { openService } from './open-service.js';

/** Waits for the run or the job with this id. */
export async function awaitTarget(
  id: string,
  options: Omit<AwaitOptions, 'jobId'>,
): Promise<ExitCode> {
  const service = await openService();
  const target = await findTarget(service.client, id);
  if (target.kind === 'run') return await awaitRun(service, target.run, options);
  const { runId } = target.job;
  const run = await answerOf(service.client.GET('/runs/{runId}', { params: { path: { runId } } }));
  return await awaitRun(service, run, { ...options, jobId: target.job.id });
}
