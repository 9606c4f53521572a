import { DEFAULT_KERNEL, KernelRegistry } from '@fenceline/vm';
import { UsageError } from '../usage-error.js';

/** Names that the registry can fetch by itself. */
const fetchable = /^debian:\d+\.\d+$/;

/**
 * Checks that every kernel is there or can be fetched.
 *
 * @throws UsageError naming the unknown ones and those that there are
 */
export async function checkKernels(names: Iterable<string>): Promise<void> {
  const present = (await new KernelRegistry().list()).map((kernel) => kernel.name);
  const unknown = [...names].filter((name) => !present.includes(name) && !fetchable.test(name));
  const [first] = unknown;
  if (first === undefined) {
    return;
  }
  throw new UsageError(
    `There is no kernel ${unknown.join(', ')}. Known: ${[...new Set([DEFAULT_KERNEL, ...present])].join(', ')}.\n` +
      `To add one: fenceline kernels add ${first} --image bzImage --modules FOLDER`,
  );
}
