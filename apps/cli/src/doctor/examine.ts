import {
  checkRequirements,
  DEFAULT_KERNEL,
  findLeftovers,
  KernelRegistry,
  probeAccelerator,
  removeLeftovers,
  shippedSeries,
  type KernelImage,
  type Requirement,
} from '@fenceline/vm';
import { messageOf } from '../message-of.js';

/** One line of the doctor: what was looked at, what was found, and what mends it where it is not fit. */
export type Check = Requirement;

/**
 * Looks at everything that a run needs. What dead runs left behind is removed and told, because nobody
 * has a use for it.
 *
 * @param tell is told what takes time
 */
export async function examine(tell: (text: string) => void): Promise<Check[]> {
  tell('programs, memory, disk');
  const requirements = await checkRequirements();
  const kernel = await defaultKernel(tell);
  return [
    { name: 'Node.js', ok: true, found: process.version },
    ...requirements,
    kernel.check,
    ...(await kernelsOfSeries()),
    await accelerator(kernel.image, requirements, tell),
    ...(await leftovers(tell)),
  ];
}

async function defaultKernel(
  tell: (text: string) => void,
): Promise<{ image: KernelImage | null; check: Check }> {
  try {
    const image = await new KernelRegistry().resolve(DEFAULT_KERNEL, tell);
    return {
      image,
      check: { name: 'kernel', ok: true, found: `${image.name} is ${image.release}` },
    };
  } catch (error) {
    const mend = 'apt-get update, as root; then fenceline doctor again';
    return { image: null, check: { name: 'kernel', ok: false, found: messageOf(error), mend } };
  }
}

/** Kernels with a series that ships: no run but one that names them needs them, and it builds them itself. */
async function kernelsOfSeries(): Promise<Check[]> {
  const present = await new KernelRegistry().list();
  return (await shippedSeries()).map((series) => {
    const built = present.find(({ name }) => name === series.name);
    const found =
      built === undefined
        ? `${series.name} is not built yet: a run that needs it builds it`
        : `${built.name} is ${built.release}, can ${built.capabilities.join(', ')}`;
    return { name: 'kernel', ok: true, found };
  });
}

/** An accelerator counts when a guest has booted with it; emulation is slower and good enough. */
async function accelerator(
  kernel: KernelImage | null,
  requirements: readonly Requirement[],
  tell: (text: string) => void,
): Promise<Check> {
  const name = 'accelerator';
  if (kernel === null || requirements.some((one) => !one.ok)) {
    return { name, ok: false, found: 'not probed', mend: 'Mend the lines above first.' };
  }
  tell('booting a guest to see whether KVM works');
  try {
    const probe = await probeAccelerator({ kernel, refresh: true });
    return { name, ok: true, found: `${probe.accelerator}: ${probe.reason}` };
  } catch (error) {
    return {
      name,
      ok: false,
      found: messageOf(error),
      mend: 'Mend what it says, then look again.',
    };
  }
}

async function leftovers(tell: (text: string) => void): Promise<Check[]> {
  tell('left-overs of dead runs');
  const found = await findLeftovers();
  if (found.length === 0) {
    return [{ name: 'left-overs', ok: true, found: 'none' }];
  }
  try {
    await removeLeftovers(found);
    return found.map(({ describe }) => ({
      name: 'left-overs',
      ok: true,
      found: `removed: ${describe}`,
    }));
  } catch (error) {
    const mend = 'Run fenceline doctor as the user who started those runs.';
    return [{ name: 'left-overs', ok: false, found: messageOf(error), mend }];
  }
}
