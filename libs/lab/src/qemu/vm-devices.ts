import { exportsOf, type Plan, type PlanNode } from '@fenceline/contracts';
import type { DiskOptions, NicOptions } from '@fenceline/vm';

/** Which end of a link a socket is for. */
export type End = 'host' | 'node';

/** Name and serial number of the disk below a port; the ports of a node may share one. */
export function diskId(port: number | null): string {
  return port === null ? 'medium' : `medium${port}`;
}

/** The network cards of a VM, one for each end of a link, in the order in which the plan names them. */
export function nicsOf(
  plan: Plan,
  vm: string,
  socket: (link: string, end: End) => string,
): NicOptions[] {
  const paths = plan.links
    .filter((link) => link.host === vm || link.node === vm)
    .map((link) => {
      const end: End = link.host === vm ? 'host' : 'node';
      const mac = end === 'host' ? link.hostMac : link.nodeMac;
      return { id: link.name, socket: socket(link.name, end), mac };
    });
  const between = plan.interNodeLinks.flatMap(({ name, ends }) =>
    ends.flatMap(({ node, mac }, index) =>
      node === vm ? [{ id: name, socket: socket(name, index === 0 ? 'host' : 'node'), mac }] : [],
    ),
  );
  return [...paths, ...between];
}

/** The disks of a VM: one for each of its node's exports. */
export function disksOf(
  plan: Plan,
  node: PlanNode | undefined,
  socket: (name: string) => string,
): DiskOptions[] {
  if (node === undefined) return [];
  return exportsOf({ nodes: [node] }).map(({ name, port }) => ({
    id: diskId(port),
    serial: diskId(port),
    socket: socket(name),
    export: name,
    blockSize: plan.blockSize,
    requestMerging: node.blockLayer === 'defaults',
  }));
}
