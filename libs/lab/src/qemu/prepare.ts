import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { initiatorCapabilities, targetCapabilities, type Plan } from '@fenceline/contracts';
import {
  buildGuestImage,
  kernelDetectors,
  KernelRegistry,
  probeAccelerator,
  qemuVersion,
  type GuestImage,
  type ImageRole,
  type KernelImage,
} from '@fenceline/vm';
import type { LabArtifacts } from '../messages.js';

/** Finds the kernel of a name. */
export type ResolveKernel = (
  name: string,
  progress: (message: string) => void,
) => Promise<KernelImage>;

/**
 * Fetches and builds what a plan boots, on this machine, or finds it in the cache: kernels, guest images,
 * the accelerator. Runs before the lab, in the process that asks for it.
 *
 * @param progress is told each step that takes time
 * @param resolve by default the kernels of this machine
 * @throws VmError that says what is missing and how to mend it
 */
export async function prepareLab(
  plan: Plan,
  fencelineVersion: string,
  progress: (message: string) => void,
  resolve: ResolveKernel = (name, tell) => new KernelRegistry().resolve(name, tell),
): Promise<LabArtifacts> {
  const kernels: Record<string, KernelImage> = {};
  const images: Record<string, GuestImage> = {};
  const detectors: Record<string, string[]> = {};
  const prepare = async (
    name: string,
    kernelName: string,
    role: ImageRole,
    capabilities?: string[],
  ): Promise<void> => {
    const kernel = await resolve(kernelName, progress);
    kernels[name] = capabilities === undefined ? kernel : { ...kernel, capabilities };
    detectors[name] =
      kernel.config === undefined ? [] : kernelDetectors(await readFile(kernel.config, 'utf8'));
    images[name] = await buildGuestImage({ role, kernel, progress });
  };
  for (const { name, kernel, target, cqtMs } of plan.scenario.nodes) {
    if (target.kind === 'linux') await prepare(name, kernel, 'array-node');
    else await prepare(name, kernel, 'reference', targetCapabilities(target, cqtMs));
  }
  for (const { name, kernel, initiator } of plan.scenario.hosts) {
    if (initiator.kind === 'linux') await prepare(name, kernel, 'host');
    else await prepare(name, kernel, 'reference', initiatorCapabilities(initiator));
  }
  progress('looking whether a guest boots on hardware acceleration');
  const kernel = Object.values(kernels)[0]!;
  const { accelerator } = await probeAccelerator({ kernel });
  const processors = cpus();
  return {
    kernels,
    images,
    detectors,
    machine: {
      cpu: processors[0]?.model ?? 'unknown',
      cores: Math.max(1, processors.length),
      memoryBytes: totalmem(),
      os: await operatingSystem(),
      accelerator,
      qemuVersion: await qemuVersion(),
      nodeVersion: process.version,
    },
    fencelineVersion,
  };
}

/** Name and release of the operating system (os-release(5)). */
async function operatingSystem(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?(.*?)"?$/m.exec(text)?.[1] ?? process.platform;
}
