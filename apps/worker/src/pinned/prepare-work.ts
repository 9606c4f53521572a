import type { Plan } from '@fenceline/contracts';
import type { Work } from '@fenceline/contracts/api';
import type { LabArtifacts } from '@fenceline/lab';
import type { PinnedFolder } from '../steps/messages.js';
import { runStep, type RunningStep } from '../steps/run-step.js';
import { version } from '../version.js';
import type { Held, PinnedCache } from './pinned-cache.js';

/** A preparation, and what keeps kernels and images until the lab has ended. */
export interface Preparation extends RunningStep<LabArtifacts> {
  release(): void;
}

/** Makes ready what a plan boots: the kernels and guest images that its job pins, and nothing else. */
export function prepareWork(
  cache: PinnedCache,
  plan: Plan,
  work: Work,
  status: (text: string) => void,
): Preparation {
  const stop = new AbortController();
  const held: Held[] = [];
  let step: RunningStep<LabArtifacts> | null = null;
  const prepare = async (): Promise<LabArtifacts> => {
    const pinned: PinnedFolder[] = [];
    for (const one of work.pinned) {
      const { kind, name, role } = one;
      status(role === undefined ? `kernel ${name}` : `guest image of the ${role} for ${name}`);
      const here = await cache.hold(one, stop.signal);
      held.push(here);
      pinned.push({ kind, name, role, folder: here.folder });
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
      for (const one of held) void one.release().catch(() => undefined);
    },
  };
}
