import { DEFAULT_KERNEL, KernelRegistry } from '@fenceline/vm';

/** Names of the kernels that can be booted: those of the registry, and the one that it fetches by itself. */
export async function kernelNames(): Promise<string[]> {
  const present = (await new KernelRegistry().list()).map(({ name }) => name);
  return [...new Set([DEFAULT_KERNEL, ...present])];
}
