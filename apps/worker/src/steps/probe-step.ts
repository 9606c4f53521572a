import { access } from 'node:fs/promises';
import { DEFAULT_KERNEL, KernelRegistry, probeAccelerator, qemuVersion } from '@fenceline/vm';
import type { StepAnswers } from './messages.js';

/**
 * Finds out what guests can run on here: where there is a /dev/kvm, by booting one.
 *
 * @throws VmError where QEMU is missing, or there is nothing to boot
 */
export async function probeStep(): Promise<StepAnswers['probe']> {
  await qemuVersion();
  const kvm = await access('/dev/kvm').then(
    () => true,
    () => false,
  );
  if (!kvm) return { accelerator: 'tcg', reason: 'There is no /dev/kvm: guests are emulated.' };
  const kernel = await new KernelRegistry().resolve(DEFAULT_KERNEL);
  return await probeAccelerator({ kernel });
}
