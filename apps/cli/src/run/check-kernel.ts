import { UsageError } from '../usage-error.js';
import { kernelNames } from './kernel-names.js';

/**
 * Checks a kernel named on the command line.
 *
 * @throws UsageError naming those that there are
 */
export async function checkKernel(name: string): Promise<void> {
  const names = await kernelNames();
  if (names.includes(name)) return;
  throw new UsageError(
    `There is no kernel ${name}. Known: ${names.join(', ')}.\n` +
      `To add one: fenceline kernels add ${name} --image bzImage --modules FOLDER`,
  );
}
