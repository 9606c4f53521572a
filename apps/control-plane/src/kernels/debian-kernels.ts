import { Injectable } from '@nestjs/common';
import { KernelRegistry, packKernel } from '@fenceline/vm';

/** Debian's own kernels, through the packages of this machine: fetched and unpacked, never installed. */
@Injectable()
export class DebianKernels {
  /**
   * Packs the kernel of a series into a new file.
   *
   * @returns where it comes from, in words
   * @throws VmError saying what mends it
   */
  async pack(name: string, file: string, progress: (message: string) => void): Promise<string> {
    const kernel = await new KernelRegistry().resolve(name, progress);
    progress('packing');
    await packKernel(kernel, file);
    return `Debian's package ${kernel.version}`;
  }
}
