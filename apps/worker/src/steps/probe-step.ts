import { knownAccelerator } from '@fenceline/vm';
import type { StepAnswers } from './messages.js';

/**
 * Finds out what guests can run on here, as far as that can be told without a guest: there is nothing to boot before the
 * first job has brought a kernel. Where KVM can be opened, that job's preparation tries it.
 *
 * @throws VmError where QEMU is missing
 */
export async function probeStep(): Promise<StepAnswers['probe']> {
  return (
    (await knownAccelerator()) ?? {
      accelerator: 'tcg',
      reason: 'KVM can be opened; the first lab tries it. Until then it is not offered.',
    }
  );
}
