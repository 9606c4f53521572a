import { z } from 'zod';
import type { Scenario } from './model.js';

/** What a guest image is made for: Linux as host or array node, or our own host or controllers as a program, on any kernel. */
export const imageRoleSchema = z.enum(['host', 'array-node', 'reference']);
export type ImageRole = z.infer<typeof imageRoleSchema>;

/** What a VM of a scenario boots. */
export interface Guest {
  vm: string;
  /** Name of its kernel. */
  kernel: string;
  role: ImageRole;
}

/** The VMs of a scenario, array nodes first, each with the kernel and the image that it boots. */
export function guestsOf({ hosts, nodes }: Pick<Scenario, 'hosts' | 'nodes'>): Guest[] {
  return [
    ...nodes.map(({ name, kernel, target }) => ({
      vm: name,
      kernel,
      role: target.kind === 'linux' ? ('array-node' as const) : target.kind,
    })),
    ...hosts.map(({ name, kernel, initiator }) => ({
      vm: name,
      kernel,
      role: initiator.kind === 'linux' ? ('host' as const) : initiator.kind,
    })),
  ];
}
