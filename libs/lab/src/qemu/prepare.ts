import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import {
  guestsOf,
  initiatorCapabilities,
  targetCapabilities,
  type ImageRole,
  type Plan,
  type Scenario,
} from '@fenceline/contracts';
import {
  buildGuestImage,
  kernelDetectors,
  KernelRegistry,
  probeAccelerator,
  qemuVersion,
  type GuestImage,
  type KernelImage,
} from '@fenceline/vm';
import type { LabArtifacts } from '../messages.js';

/** Where a lab has its kernels and images from. */
export interface LabSources {
  /** Finds the kernel of a name. */
  kernel(name: string, progress: (message: string) => void): Promise<KernelImage>;
  /** Finds or makes the image of a role for it. */
  image(
    role: ImageRole,
    kernel: KernelImage,
    progress: (message: string) => void,
  ): Promise<GuestImage>;
}

/** The kernels of this machine, and images that are built where they are not there. */
const ownSources: LabSources = {
  kernel: (name, progress) => new KernelRegistry().resolve(name, progress),
  image: (role, kernel, progress) => buildGuestImage({ role, kernel, progress }),
};

/**
 * Makes ready what a plan boots, on this machine: kernels, guest images, the accelerator. Runs before the lab, in the
 * process that asks for it.
 *
 * @param progress is told each step that takes time
 * @param sources by default this machine, which fetches and builds what is not in its cache
 * @throws VmError that says what is missing and how to mend it
 */
export async function prepareLab(
  plan: Plan,
  fencelineVersion: string,
  progress: (message: string) => void,
  sources: LabSources = ownSources,
): Promise<LabArtifacts> {
  const kernels: Record<string, KernelImage> = {};
  const images: Record<string, GuestImage> = {};
  const detectors: Record<string, string[]> = {};
  for (const { vm, kernel: name, role } of guestsOf(plan.scenario)) {
    const kernel = await sources.kernel(name, progress);
    const capabilities = ownCapabilities(plan.scenario, vm);
    kernels[vm] = capabilities === undefined ? kernel : { ...kernel, capabilities };
    detectors[vm] =
      kernel.config === undefined ? [] : kernelDetectors(await readFile(kernel.config, 'utf8'));
    images[vm] = await sources.image(role, kernel, progress);
  }
  progress('looking whether a guest boots on hardware acceleration');
  const [[first, kernel]] = Object.entries(kernels) as [[string, KernelImage]];
  const { accelerator } = await probeAccelerator({ kernel, image: images[first] });
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

/** What a reference host or node can; undefined where the kernel decides. */
function ownCapabilities({ hosts, nodes }: Scenario, vm: string): string[] | undefined {
  const node = nodes.find(({ name }) => name === vm);
  if (node !== undefined) {
    return node.target.kind === 'linux' ? undefined : targetCapabilities(node.target, node.cqtMs);
  }
  const initiator = hosts.find(({ name }) => name === vm)?.initiator;
  return initiator?.kind === 'reference' ? initiatorCapabilities(initiator) : undefined;
}

/** Name and release of the operating system (os-release(5)). */
async function operatingSystem(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?(.*?)"?$/m.exec(text)?.[1] ?? process.platform;
}
