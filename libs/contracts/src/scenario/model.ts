import { z } from 'zod';
import { linkDirectionSchema } from '../events.js';
import { profileNameSchema, ruleNameSchema, verdictValueSchema } from '../verdict.js';
import { fioOptionsSchema } from './fio-options.js';
import { anaStateSchema, initiatorSchema, targetSchema } from './kinds.js';

/**
 * A scenario as the programs use it: names resolved, every default filled in, times in ms and sizes in
 * bytes (the unit is part of each name). It is what `parseScenario` returns and what `plan.json` carries.
 */
const ms = z.int().nonnegative();
const bytes = z.int().nonnegative();
const count = z.int().positive();
const names = z.array(z.string()).min(1);

export const namespaceSchema = z.strictObject({ id: count, sizeBytes: bytes, blockSize: count });
export type Namespace = z.infer<typeof namespaceSchema>;

/**
 * How the block layer below a node's target is set: `recorder` hands each write on as it came, `defaults` leaves
 * the kernel and QEMU to schedule, split and merge as they do in the field.
 */
export const blockLayerSchema = z.enum(['recorder', 'defaults']);
export type BlockLayer = z.infer<typeof blockLayerSchema>;

export const arrayNodeSchema = z.strictObject({
  name: z.string(),
  kernel: z.string(),
  /** Number of ports, numbered from 1. */
  ports: count,
  /** Controller IDs that the node may give out, both ends included. */
  cntlidMin: count,
  cntlidMax: count,
  memoryBytes: bytes,
  /** Plans from before there was a choice do not name it. */
  blockLayer: blockLayerSchema.default('recorder'),
  /** Command quiesce time that its controllers report; 0 promises nothing. */
  cqtMs: ms.default(0),
  target: targetSchema.default({ kind: 'linux', ccrFault: 'none' }),
});
export type ArrayNode = z.infer<typeof arrayNodeSchema>;

export const ioPolicySchema = z.enum(['numa', 'round-robin', 'queue-depth']);
export type IoPolicy = z.infer<typeof ioPolicySchema>;

export const hostSchema = z.strictObject({
  name: z.string(),
  kernel: z.string(),
  /** Keep Alive time-out; whole seconds. */
  keepAliveMs: ms,
  /** Whole seconds. */
  reconnectDelayMs: ms,
  /** Whole seconds; null means for ever. */
  ctrlLossTimeoutMs: ms.nullable(),
  /** `nvme_core.io_timeout`; whole seconds. */
  ioTimeoutMs: ms,
  ioPolicy: ioPolicySchema,
  /** I/O queues of each association. */
  queues: count,
  memoryBytes: bytes,
  initiator: initiatorSchema.default({ kind: 'linux', cqtDefaultMs: null, ccrTimeoutMs: null }),
});
export type Host = z.infer<typeof hostSchema>;

export const scenarioLinkSchema = z.strictObject({
  name: z.string(),
  host: z.string(),
  node: z.string(),
  /** Port of the node, from 1. */
  port: count,
});
export type ScenarioLink = z.infer<typeof scenarioLinkSchema>;

/** A cable between two array nodes, over which they relay resets; no path of any host. */
export const interNodeLinkSchema = z.strictObject({
  name: z.string(),
  nodes: z.tuple([z.string(), z.string()]),
});
export type InterNodeLink = z.infer<typeof interNodeLinkSchema>;

export const workloadSchema = z.strictObject({
  name: z.string(),
  host: z.string(),
  fio: fioOptionsSchema,
  runtimeMs: ms,
  /** The bytes of the namespace that its jobs touch: first, and one past the last. */
  firstByte: bytes,
  endByte: bytes,
});
export type Workload = z.infer<typeof workloadSchema>;

export const backendOpSchema = z.enum(['read', 'write', 'write-zeroes', 'trim', 'flush']);
export type BackendOp = z.infer<typeof backendOpSchema>;

/** Something seen on the wire or at the backend that a step waits for. */
export const triggerEventSchema = z.discriminatedUnion('kind', [
  /** So many writes are held at these nodes together. */
  z.strictObject({ kind: z.literal('held'), nodes: names, writes: count }),
  /** So many writes of these nodes are applied and their answers not yet delivered to the host. */
  z.strictObject({ kind: z.literal('appliedUnanswered'), nodes: names, writes: count }),
  /** A write to a block of a held write, sent after it was held, was answered with success on another path. */
  z.strictObject({ kind: z.literal('newerWriteAcknowledged'), over: z.literal('held') }),
  /** A block of an outstanding write was sent again on another association; on one of these links. */
  z.strictObject({ kind: z.literal('firstRetry'), links: names }),
  /** Hosts gave up so many associations over these links together. */
  z.strictObject({ kind: z.literal('giveUp'), links: names, count: count.default(1) }),
  /** So many CCR commands were sent over these links together, to source controllers there. */
  z.strictObject({ kind: z.literal('ccrSent'), links: names, count }),
  /** So many of them were answered to the host with success and IRS=0: the operation goes on. */
  z.strictObject({ kind: z.literal('ccrAccepted'), links: names, count }),
  /** So many events of completed CCRs were delivered over these links together. */
  z.strictObject({ kind: z.literal('ccrEvent'), links: names, count }),
  /** So many associations came up over these links in place of earlier ones of the same host there. */
  z.strictObject({ kind: z.literal('connected'), links: names, count }),
  /** So many writes sent over *each* of these links are applied. */
  z.strictObject({ kind: z.literal('writes'), links: names, count }),
  /** All of these workloads have ended: asked to stop and their I/O come back, or done. */
  z.strictObject({ kind: z.literal('workloadEnded'), workloads: names }),
]);
export type TriggerEvent = z.infer<typeof triggerEventSchema>;

/** Only the requests that come through this port of the nodes are meant; all where it is absent. */
const onlyPort = count.optional();

/** What a step does. `nodes` and `links` are resolved: `all` has become the list of names. */
export const actionSchema = z.discriminatedUnion('kind', [
  /** The backend holds requests of the nodes: the next `next`, or all until released when null. */
  z.strictObject({
    kind: z.literal('holdBackend'),
    nodes: names,
    port: onlyPort,
    ops: z.array(backendOpSchema).min(1),
    next: count.nullable(),
    inFlight: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('releaseBackend'), nodes: names, port: onlyPort }),
  z.strictObject({ kind: z.literal('discardBackend'), nodes: names, port: onlyPort }),
  z.strictObject({ kind: z.literal('slowBackend'), nodes: names, port: onlyPort, byMs: ms }),
  z.strictObject({
    kind: z.literal('failBackend'),
    nodes: names,
    port: onlyPort,
    next: count.nullable(),
    error: z.enum(['EIO', 'ENOSPC', 'EPERM', 'ENOMEM']),
  }),
  /** Every fault of the nodes' backend ends; what is held is released. */
  z.strictObject({ kind: z.literal('restoreBackend'), nodes: names, port: onlyPort }),
  z.strictObject({ kind: z.literal('holdLink'), links: names, direction: linkDirectionSchema }),
  z.strictObject({ kind: z.literal('dropLink'), links: names, direction: linkDirectionSchema }),
  z.strictObject({ kind: z.literal('restoreLink'), links: names, direction: linkDirectionSchema }),
  /** The TCP connection of this queue (0 is the admin queue) over the link is lost: a RST to both ends. */
  z.strictObject({
    kind: z.literal('resetConnection'),
    link: z.string(),
    queue: z.int().nonnegative(),
  }),
  /** A reference node's ANA group changes at one of its ports, or at all when `port` is null. */
  z.strictObject({
    kind: z.literal('setAna'),
    nodes: names,
    port: count.nullable(),
    state: anaStateSchema,
  }),
  /** Reference nodes keep writes of a port, or of all when `port` is null, back in their controllers. */
  z.strictObject({ kind: z.literal('holdInside'), nodes: names, port: count.nullable() }),
  z.strictObject({ kind: z.literal('releaseInside'), nodes: names, port: count.nullable() }),
  z.strictObject({ kind: z.literal('stopWorkload'), workloads: names }),
]);
export type Action = z.infer<typeof actionSchema>;

/** When a step fires. Steps run one after another, in the order written. */
export const triggerSchema = z.discriminatedUnion('kind', [
  /** So long after the workload started. */
  z.strictObject({ kind: z.literal('at'), ms }),
  /** So long after the step before (or the workload's start). */
  z.strictObject({ kind: z.literal('after'), ms }),
  /** When the event is seen, counted from the step before; not fired when `withinMs` passes first. */
  z.strictObject({ kind: z.literal('event'), event: triggerEventSchema, withinMs: ms }),
]);
export type Trigger = z.infer<typeof triggerSchema>;

export const stepSchema = z.strictObject({
  trigger: triggerSchema,
  /** Upper end of the seeded random delay that is added to the trigger. */
  jitterMs: ms,
  action: actionSchema,
  /** A pass needs every step that is not optional to have fired. */
  optional: z.boolean(),
  /** The step in words, for timelines and reports. */
  describe: z.string(),
});
export type Step = z.infer<typeof stepSchema>;

/** The counters of which a scenario can ask a minimum. */
export const exerciseNameSchema = z.enum([
  'outstanding',
  'completeUnapplied',
  'retriedEarly',
  'couldLand',
  'landedLate',
  'held',
  'appliedUnanswered',
  'writesPerPath',
  'overlappingWrites',
  'giveUps',
  'resumedAfterCcr',
  'resumedAfterTime',
  'splitWrites',
  'mergedApplies',
]);
export type ExerciseName = z.infer<typeof exerciseNameSchema>;

export const expectationSchema = z.strictObject({
  /** All kernels of the lab have all of these; none listed matches always. */
  capabilities: z.array(z.string()),
  verdict: verdictValueSchema,
  profile: profileNameSchema,
  /** Rules that are violated, at least. */
  violates: z.array(ruleNameSchema),
  /** Rules that are not violated; `*others` stands for all that `violates` does not name. */
  never: z.array(z.enum([...ruleNameSchema.options, '*others'])),
  /** Verdicts under other profiles. */
  under: z.partialRecord(profileNameSchema, verdictValueSchema),
});
export type Expectation = z.infer<typeof expectationSchema>;

export const scenarioSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  description: z.string(),
  subsystem: z.strictObject({ nqn: z.string(), namespaces: z.array(namespaceSchema).length(1) }),
  nodes: z.array(arrayNodeSchema).min(1),
  hosts: z.array(hostSchema).min(1),
  /** The paths: each joins a host and a node. */
  links: z.array(scenarioLinkSchema).min(1),
  interNodeLinks: z.array(interNodeLinkSchema).default([]),
  workloads: z.array(workloadSchema).min(1),
  timeline: z.array(stepSchema),
  exercise: z.partialRecord(exerciseNameSchema, z.int().nonnegative()),
  expect: z.array(expectationSchema).min(1),
  control: z.boolean(),
  bounds: z.strictObject({ bootMs: ms, connectMs: ms, runMs: ms, drainMs: ms }),
  allow: z.strictObject({ ioErrors: z.boolean() }),
});
export type Scenario = z.infer<typeof scenarioSchema>;
