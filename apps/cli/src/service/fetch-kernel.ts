import { setTimeout as after } from 'node:timers/promises';
import { answerOf, type Client } from '@fenceline/client';
import type { KernelFetch } from '@fenceline/contracts/api';
import { MachineError } from '../machine-error.js';

/** How often a fetch is looked at, ms: it takes seconds, and no event tells of its steps. */
const lookEveryMs = 500;

/**
 * Has the control plane fetch and register Debian's own kernel of a series, and waits for the end of it.
 *
 * @param name `debian:X.Y`
 * @param say is told each step
 * @throws MachineError where it failed, ServiceProblem where it was refused
 */
export async function fetchKernel(
  client: Client,
  name: string,
  say: (step: string) => void,
): Promise<KernelFetch> {
  let fetching = await answerOf(client.POST('/kernels/debian', { body: { name } }));
  let told = '';
  while (fetching.endedAt === null) {
    if (fetching.message !== told) say((told = fetching.message));
    await after(lookEveryMs);
    const params = { path: { fetchId: fetching.id } };
    fetching = await answerOf(client.GET('/kernel-fetches/{fetchId}', { params }));
  }
  if (fetching.state === 'failed') throw new MachineError(fetching.message);
  return fetching;
}
