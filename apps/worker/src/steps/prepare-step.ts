import { prepareLab } from '@fenceline/lab';
import { KernelRegistry, openImage } from '@fenceline/vm';
import { pinnedName } from '../pinned/pinned-cache.js';
import type { PinnedFolder, StepAnswers, StepRequest } from './messages.js';

/** Makes ready what a plan boots, of what is pinned: nothing is fetched or built here. */
export async function prepareStep(
  { plan, pinned, fencelineVersion }: Extract<StepRequest, { step: 'prepare' }>,
  tell: (text: string) => void,
): Promise<StepAnswers['prepare']> {
  const folderOf = (kind: PinnedFolder['kind'], name: string, role?: PinnedFolder['role']) => {
    const found = pinned.find((one) => one.kind === kind && one.name === name && one.role === role);
    if (found !== undefined) return found.folder;
    const what = role === undefined ? 'kernel' : `guest image of the ${role} for the kernel`;
    throw new Error(`The job pins no ${what} ${name}. Submit it again.`);
  };
  return await prepareLab(plan, fencelineVersion, tell, {
    kernel: async (name, progress) => {
      const registry = new KernelRegistry(folderOf('kernel', name));
      return { ...(await registry.resolve(pinnedName, progress)), name };
    },
    image: (role, { name }) => openImage(folderOf('image', name, role)),
  });
}
