import type { Plan } from '@fenceline/contracts';
import type { Work } from '@fenceline/contracts/api';
import type { LabArtifacts } from '@fenceline/lab';
import { runStep, type RunningStep } from '../steps/run-step.js';
import { version } from '../version.js';
import type { HeldKernel, KernelCache } from './kernel-cache.js';

/** A preparation, and what keeps the kernels until the lab has ended. */
export interface Preparation extends RunningStep<LabArtifacts> {
  release(): void;
}

/** Makes ready what a plan boots: pinned kernels out of the cache, others by their names on this machine. */
export function prepareWork(
  cache: KernelCache,
  plan: Plan,
  work: Work,
  status: (text: string) => void,
): Preparation {
  const stop = new AbortController();
  const held: HeldKernel[] = [];
  let step: RunningStep<LabArtifacts> | null = null;
  const prepare = async (): Promise<LabArtifacts> => {
    const pinned: Record<string, string> = {};
    for (const { kind, name, sha256 } of work.pinned) {
      if (kind !== 'kernel') continue;
      status(`kernel ${name}`);
      const kernel = await cache.hold(sha256, stop.signal);
      held.push(kernel);
      pinned[name] = kernel.folder;
    }
    stop.signal.throwIfAborted();
    step = runStep({ step: 'prepare', plan, pinned, fencelineVersion: version }, status);
    return await step.answer;
  };
  return {
    answer: prepare(),
    kill: () => {
      stop.abort(new Error('the preparation was cut short'));
      step?.kill();
    },
    release: () => {
      for (const kernel of held) void kernel.release().catch(() => undefined);
    },
  };
}
