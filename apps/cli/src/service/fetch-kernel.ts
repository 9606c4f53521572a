import { setTimeout as after } from 'node:timers/promises';
import { answerOf, type Client } from '@fenceline/client';
import type { KernelFetch } from '@fenceline/contracts/api';
import { MachineError } from '../machine-error.js';
import type { Kernel } from './documents.js';
import { imageFailures, imageSteps } from './kernel-words.js';

/** How often what goes on is looked at, ms: it takes seconds, and no event tells of its steps. */
const lookEveryMs = 500;

/** Told each step once. */
type Say = (step: string) => void;

/**
 * Has the control plane fetch and register Debian's own kernel of a series, and waits until jobs can have it.
 *
 * @param name `debian:X.Y`
 * @throws MachineError where it failed, ServiceProblem where it was refused
 */
export async function fetchKernel(client: Client, name: string, say: Say): Promise<KernelFetch> {
  let fetching = await answerOf(client.POST('/kernels/debian', { body: { name } }));
  let told = '';
  while (fetching.endedAt === null) {
    if (fetching.message !== told) say((told = fetching.message));
    await after(lookEveryMs);
    const params = { path: { fetchId: fetching.id } };
    fetching = await answerOf(client.GET('/kernel-fetches/{fetchId}', { params }));
  }
  if (fetching.state === 'failed') throw new MachineError(fetching.message);
  await waitForImages(client, fetching.kernelId!, say);
  return fetching;
}

/** Has the control plane build what a kernel lacks of guest images, and waits until they are there. @throws as `fetchKernel` */
export async function buildImages(client: Client, kernelId: string, say: Say): Promise<Kernel> {
  const params = { path: { kernelId } };
  await answerOf(client.POST('/kernels/{kernelId}/images', { params }));
  return await waitForImages(client, kernelId, say);
}

/** Waits until every image of a kernel is ready or given up. @throws as `fetchKernel` */
export async function waitForImages(client: Client, kernelId: string, say: Say): Promise<Kernel> {
  const params = { path: { kernelId } };
  let told: readonly string[] = [];
  for (;;) {
    const kernel = await answerOf(client.GET('/kernels/{kernelId}', { params }));
    const steps = imageSteps(kernel);
    for (const step of steps) if (!told.includes(step)) say(step);
    told = steps;
    const failures = imageFailures(kernel);
    if (steps.length === 0) {
      if (failures.length > 0) throw new MachineError(failures.join('\n'));
      return kernel;
    }
    await after(lookEveryMs);
  }
}
