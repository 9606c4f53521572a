import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { Plan } from '@fenceline/contracts';
import {
  buildGuestImage,
  kernelDetectors,
  KernelRegistry,
  probeAccelerator,
  qemuVersion,
  type GuestImage,
  type GuestRole,
  type KernelImage,
} from '@fenceline/vm';
import type { LabArtifacts } from '../messages.js';

/**
 * Fetches and builds what a plan boots, on this machine, or finds it in the cache: kernels, guest images,
 * the accelerator. Runs before the lab, in the process that asks for it.
 *
 * @param progress is told each step that takes time
 * @throws VmError that says what is missing and how to mend it
 */
export async function prepareLab(
  plan: Plan,
  fencelineVersion: string,
  progress: (message: string) => void,
): Promise<LabArtifacts> {
  const registry = new KernelRegistry();
  const kernels: Record<string, KernelImage> = {};
  const images: Record<string, GuestImage> = {};
  const detectors: Record<string, string[]> = {};
  const prepare = async (name: string, kernelName: string, role: GuestRole): Promise<void> => {
    const kernel = await registry.resolve(kernelName, progress);
    kernels[name] = kernel;
    detectors[name] =
      kernel.config === undefined ? [] : kernelDetectors(await readFile(kernel.config, 'utf8'));
    images[name] = await buildGuestImage({ role, kernel, progress });
  };
  for (const node of plan.nodes) await prepare(node.name, node.kernel, 'array-node');
  for (const host of plan.hosts) await prepare(host.name, host.kernel, 'host');
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
