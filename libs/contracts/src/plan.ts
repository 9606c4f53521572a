import { z } from 'zod';
import {
  actionSchema,
  blockLayerSchema,
  scenarioSchema,
  triggerEventSchema,
} from './scenario/model.js';

/**
 * `plan.json`: a scenario with everything that the seed and the lab chose. It is all that history,
 * verifier and report need to know of the lab, so that a recording can be read without it.
 */
const ms = z.int().nonnegative();
const bytes = z.int().nonnegative();
const mac = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
const uuid = z.guid();
const ipv4 = z.ipv4();

export const planHostSchema = z.strictObject({
  name: z.string(),
  hostNqn: z.string(),
  hostId: uuid,
  kernel: z.string(),
  memoryBytes: bytes,
});
export type PlanHost = z.infer<typeof planHostSchema>;

export const planPortSchema = z.strictObject({
  /** Number of the port, from 1. */
  id: z.int().positive(),
  /** Link at this port, or null where none is plugged in. */
  link: z.string().nullable(),
  address: ipv4,
  trsvcid: z.int().min(1).max(65535),
  /** Name of the backend's export below this port alone; null where the node's ports share the node's. */
  exportName: z.string().nullable().default(null),
});
export type PlanPort = z.infer<typeof planPortSchema>;

export const planNodeSchema = z.strictObject({
  name: z.string(),
  kernel: z.string(),
  memoryBytes: bytes,
  cntlidMin: z.int().positive(),
  cntlidMax: z.int().positive(),
  /** Plans from before there was a choice do not name it. */
  blockLayer: blockLayerSchema.default('recorder'),
  ports: z.array(planPortSchema).min(1),
  /** Name of the node's export at the backend. */
  exportName: z.string(),
});
export type PlanNode = z.infer<typeof planNodeSchema>;

export const planLinkSchema = z.strictObject({
  name: z.string(),
  host: z.string(),
  node: z.string(),
  port: z.int().positive(),
  /** In CIDR notation. */
  subnet: z.cidrv4(),
  hostAddress: ipv4,
  nodeAddress: ipv4,
  hostMac: mac,
  nodeMac: mac,
  /** Name of the host's network interface, e.g. `eth0`, and of the node's. */
  hostInterface: z.string(),
  nodeInterface: z.string(),
});
export type PlanLink = z.infer<typeof planLinkSchema>;

export const interNodeEndSchema = z.strictObject({
  node: z.string(),
  address: ipv4,
  mac,
  /** Name of the node's network interface. */
  interface: z.string(),
});

/** A cable between two nodes. It carries no NVMe; in captures the first end stands at the host's place. */
export const planInterNodeLinkSchema = z.strictObject({
  name: z.string(),
  /** In CIDR notation. */
  subnet: z.cidrv4(),
  ends: z.tuple([interNodeEndSchema, interNodeEndSchema]),
});
export type PlanInterNodeLink = z.infer<typeof planInterNodeLinkSchema>;

export const planWorkloadSchema = z.strictObject({
  name: z.string(),
  host: z.string(),
  /** The program with its arguments. */
  argv: z.array(z.string()).min(1),
  runtimeMs: ms,
});
export type PlanWorkload = z.infer<typeof planWorkloadSchema>;

/** When a step fires, its random part drawn. */
export const planTriggerSchema = z.discriminatedUnion('kind', [
  /** So long after the workload started. */
  z.strictObject({ kind: z.literal('at'), ms }),
  /** So long after the step before (or the workload's start). */
  z.strictObject({ kind: z.literal('after'), ms }),
  /** `delayMs` after the event is seen; not fired when `withinMs` passes first. */
  z.strictObject({ kind: z.literal('event'), event: triggerEventSchema, delayMs: ms }),
]);
export type PlanTrigger = z.infer<typeof planTriggerSchema>;

export const planStepSchema = z.strictObject({
  index: z.int().nonnegative(),
  trigger: planTriggerSchema,
  /** Bound of the wait for an event, from the step before; null where the step waits for none. */
  withinMs: ms.nullable(),
  action: actionSchema,
  optional: z.boolean(),
  describe: z.string(),
});
export type PlanStep = z.infer<typeof planStepSchema>;

export const planSchema = z.strictObject({
  schema: z.literal('fenceline.plan/v1'),
  scenario: scenarioSchema,
  seed: z.int().nonnegative(),
  subsystemNqn: z.string(),
  /** The same on every node: one array to the hosts. */
  subsystemSerial: z.string(),
  namespaceId: z.int().positive(),
  namespaceUuid: uuid,
  /** As far as devices have it; readers set aside a block's memory. */
  blockSize: z.int().min(512).max(65_536),
  namespaceBytes: bytes,
  hosts: z.array(planHostSchema).min(1),
  nodes: z.array(planNodeSchema).min(1),
  /** The paths: all that history, verifier and report look at. */
  links: z.array(planLinkSchema).min(1),
  interNodeLinks: z.array(planInterNodeLinkSchema).default([]),
  workloads: z.array(planWorkloadSchema).min(1),
  steps: z.array(planStepSchema),
});
export type Plan = z.infer<typeof planSchema>;

/** A way to the medium: of a whole node, or of one of its ports alone. */
export interface PlanExport {
  /** Also the name by which the journal knows its requests. */
  name: string;
  node: string;
  /** Number of the port and the link at it; null where the node's ports share the export. */
  port: number | null;
  link: string | null;
}

/** The backend's exports, in the order of nodes and ports; they are the node's disks in that order. */
export function exportsOf({ nodes }: Pick<Plan, 'nodes'>): PlanExport[] {
  return nodes.flatMap((node): PlanExport[] => {
    const own = node.ports.flatMap(({ id, link, exportName }) =>
      exportName === null ? [] : [{ name: exportName, node: node.name, port: id, link }],
    );
    return own.length > 0
      ? own
      : [{ name: node.exportName, node: node.name, port: null, link: null }];
  });
}
