import type { Plan } from '@fenceline/contracts';

/** One link of the lab: which ends it joins, and their addresses on it. */
export interface TopologyLink {
  name: string;
  host: string;
  node: string;
  hostAddress: string;
  nodeAddress: string;
  /** TCP port of the NVMe/TCP target at the node. */
  nodePort: number;
  /** Name that the journal has for requests that came through this port; absent where a node's ports share one. */
  exportName?: string;
}

/** All that must be known of a lab to read its recording. */
export interface Topology {
  /** Bytes of a logical block. */
  blockSize: number;
  namespaceBytes: number;
  links: TopologyLink[];
}

/** The topology that a plan describes. */
export function topologyOf(plan: Plan): Topology {
  return {
    blockSize: plan.blockSize,
    namespaceBytes: plan.namespaceBytes,
    links: plan.links.map((link) => {
      const node = plan.nodes.find(({ name }) => name === link.node);
      const port = node?.ports.find(({ id }) => id === link.port);
      if (port === undefined) {
        throw new Error(
          `link ${link.name}: the plan has no port ${link.port} of node ${link.node}`,
        );
      }
      return {
        name: link.name,
        host: link.host,
        node: link.node,
        hostAddress: link.hostAddress,
        nodeAddress: link.nodeAddress,
        nodePort: port.trsvcid,
        ...(port.exportName === null ? {} : { exportName: port.exportName }),
      };
    }),
  };
}
