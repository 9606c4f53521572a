import { prepareLab } from '@fenceline/lab';
import { KernelRegistry } from '@fenceline/vm';
import { pinnedName } from '../kernels/kernel-cache.js';
import type { StepAnswers, StepRequest } from './messages.js';

/** Makes ready what a plan boots. */
export async function prepareStep(
  { plan, pinned, fencelineVersion }: Extract<StepRequest, { step: 'prepare' }>,
  tell: (text: string) => void,
): Promise<StepAnswers['prepare']> {
  return await prepareLab(plan, fencelineVersion, tell, async (name, progress) => {
    const folder = pinned[name];
    if (folder === undefined) return await new KernelRegistry().resolve(name, progress);
    const kernel = await new KernelRegistry(folder).resolve(pinnedName, progress);
    return { ...kernel, name };
  });
}
