import { join } from 'node:path';
import type { RejudgeResult, RejudgeWork } from '@fenceline/contracts/api';
import { transportSuffix } from '@fenceline/evidence';
import { sha256File } from '@fenceline/vm';
import type { Logger } from 'pino';
import { isRefused, Refused } from '../api/api-error.js';
import { untilReached } from '../api/back-off.js';
import type { WorkerApi } from '../api/worker-api.js';
import type { LabFolders } from '../labs/lab-folders.js';
import { LeaseKeeper } from '../lease/lease-keeper.js';
import { messageOf } from '../message-of.js';
import { runStep } from '../steps/run-step.js';

/** What judging again needs of this worker. */
export interface RejudgeServices {
  api: Pick<WorkerApi, 'claimRejudging' | 'renewRejudging' | 'finishRejudging' | 'fetchBlob'>;
  folders: LabFolders;
  /** Another program than the built one for the step: tests have it. */
  program?: string | undefined;
  log: Logger;
}

/**
 * Judges one piece of kept evidence again, in a process of its own, and tells the service what came out. Nothing is run,
 * and nothing of it is left.
 *
 * @param left ends it without a word to the service, which gives it to another worker when the lease has run out
 */
export async function rejudgeItem(
  services: RejudgeServices,
  work: RejudgeWork,
  left: AbortSignal,
): Promise<void> {
  const { api, folders } = services;
  const { itemId, fencingToken, leaseSeconds } = work;
  const log = services.log.child({ itemId, jobId: work.jobId });
  const ticket = { itemId, fencingToken };
  const superseded = new AbortController();
  const over = (): void => superseded.abort(new Error('nobody waits for it any more'));
  const lease = new LeaseKeeper(
    () => api.renewRejudging(ticket),
    leaseSeconds,
    { cancelled: over, superseded: over },
    log,
  );
  const stop = AbortSignal.any([left, superseded.signal]);
  const folder = await folders.create(itemId);
  try {
    const result = await judge(services, work, folder.path, stop);
    await tell((said) => untilReached(() => api.finishRejudging(ticket, said), stop), result);
    log.info({ result: result.kind }, 'judged again');
  } catch (error) {
    log.warn({ err: error }, 'what was judged again is not taken');
  } finally {
    await lease.end();
    await folder.remove();
  }
}

/** A verdict that the service refuses is a failure, and says why. */
async function tell(
  finish: (result: RejudgeResult) => Promise<void>,
  result: RejudgeResult,
): Promise<void> {
  try {
    await finish(result);
  } catch (error) {
    if (!(error instanceof Refused) || isRefused(error, 'superseded', 'not-found')) throw error;
    await finish({ kind: 'failed', message: error.message });
  }
}

/** @throws the reason of `stop` */
async function judge(
  { api, program }: RejudgeServices,
  { evidence, timeoutSeconds }: RejudgeWork,
  folder: string,
  stop: AbortSignal,
): Promise<RejudgeResult> {
  const late = AbortSignal.timeout(timeoutSeconds * 1000);
  const cut = AbortSignal.any([stop, late]);
  try {
    const packed = join(folder, `packed${transportSuffix}`);
    await untilReached(() => api.fetchBlob(evidence.sha256, packed, cut), cut);
    if ((await sha256File(packed)) !== evidence.sha256) {
      throw new Error('The evidence is not what its hash says.');
    }
    cut.throwIfAborted();
    const { name } = evidence;
    const request = { step: 'rejudge', packed, name, out: folder } as const;
    const step = runStep(request, () => undefined, program);
    cut.addEventListener('abort', () => step.kill());
    const { verdict } = await step.answer;
    return { kind: 'judged', verdict };
  } catch (error) {
    stop.throwIfAborted();
    const message = late.aborted
      ? `It was not judged within ${timeoutSeconds} s.`
      : messageOf(error);
    return { kind: 'failed', message: message.slice(0, 4000) };
  }
}
