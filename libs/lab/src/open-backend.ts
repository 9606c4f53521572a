import { rm } from 'node:fs/promises';
import { Backend } from '@fenceline/backend';
import type { Scheduler, Plan } from '@fenceline/contracts';

/** Up to this size the medium is memory; a larger one is a sparse file. */
export const largestMediumInMemory = 1024 ** 3;

/**
 * Opens the recording backend over an empty medium of the plan's size.
 *
 * A medium in a file lies beside the journal and loses its name as soon as it is open: nothing of it is left,
 * however this process ends.
 */
export async function openBackend(
  plan: Plan,
  clock: Scheduler,
  journalPath: string,
): Promise<Backend> {
  const file = `${journalPath}.medium`;
  const inMemory = plan.namespaceBytes <= largestMediumInMemory;
  try {
    return await Backend.open({
      clock,
      medium: inMemory ? 'memory' : { file },
      journalPath,
      blockSize: plan.blockSize,
      size: plan.namespaceBytes,
    });
  } finally {
    if (!inMemory) await rm(file, { force: true });
  }
}
