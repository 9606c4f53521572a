import { KernelRegistry } from '@fenceline/vm';

/** Names of the kernels that can be booted: those of the registry, and those that it fetches or builds by itself. */
export async function kernelNames(): Promise<string[]> {
  return await new KernelRegistry().names();
}
