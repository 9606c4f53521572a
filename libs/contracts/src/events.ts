import { z } from 'zod';

/**
 * What a lab writes into `timeline.jsonl`, one JSON object a line, in the order of its clock.
 *
 * `t` is in nanoseconds since the lab started. A fault has one `fault-start` and one `fault-end`
 * with the same `id`; a fault still open when the recording ends lasts until its end.
 */
const at = { t: z.int().nonnegative() };

/** The directions of a link, named by where the frames go. */
export const linkDirectionSchema = z.enum(['both', 'to-node', 'to-host']);
export type LinkDirection = z.infer<typeof linkDirectionSchema>;

export const faultTargetSchema = z.discriminatedUnion('on', [
  z.object({ on: z.literal('link'), link: z.string(), direction: linkDirectionSchema }),
  z.object({
    on: z.literal('backend'),
    nodes: z.array(z.string()),
    /** Only what comes through this port of the nodes. */
    port: z.int().positive().optional(),
  }),
]);
export type FaultTarget = z.infer<typeof faultTargetSchema>;

export const labEventSchema = z.discriminatedUnion('kind', [
  /** A phase of the lab begins: `boot`, `configure`, `connect`, `workload`, `drain`, `read-back`, `teardown`. */
  z.object({ ...at, kind: z.literal('phase'), phase: z.string() }),
  /** A step of the scenario's timeline fired, or did not within its bound. */
  z.object({
    ...at,
    kind: z.literal('step'),
    index: z.int().nonnegative(),
    describe: z.string(),
    fired: z.boolean(),
    because: z.string(),
  }),
  z.object({
    ...at,
    kind: z.literal('fault-start'),
    id: z.string(),
    fault: z.enum(['drop', 'hold', 'slow', 'error']),
    target: faultTargetSchema,
    describe: z.string(),
  }),
  z.object({ ...at, kind: z.literal('fault-end'), id: z.string(), describe: z.string() }),
  /** The worst delay of the recorder's event loop within the 50 ms window that ended at `t`. Windows under 1 ms are left out. */
  z.object({ ...at, kind: z.literal('stall'), ns: z.int().nonnegative() }),
  /** Workload started or ended; `exitCode` and `signal` at its end. */
  z.object({ ...at, kind: z.literal('workload-start'), host: z.string(), job: z.string() }),
  z.object({
    ...at,
    kind: z.literal('workload-end'),
    host: z.string(),
    job: z.string(),
    exitCode: z.int().nullable(),
    stopped: z.boolean(),
    errors: z.int().nonnegative(),
    /** The longest completion latency that the application saw, in ns of the guest's clock. */
    worstLatencyNs: z.int().nonnegative().nullable(),
    message: z.string().optional(),
  }),
  /** The blocks read back at the end through one path: their commands are in the captures. */
  z.object({
    ...at,
    kind: z.literal('read-back'),
    host: z.string(),
    path: z.string(),
    ok: z.boolean(),
    message: z.string().optional(),
  }),
  /** Both ends of the drain: `ok` is false when the bound passed first. */
  z.object({ ...at, kind: z.literal('drained'), ok: z.boolean(), pending: z.int().nonnegative() }),
  /** A guest's clock compared with ours over the run: guest seconds per second of the lab. */
  z.object({ ...at, kind: z.literal('guest-clock'), vm: z.string(), ratio: z.number() }),
  /** How long the threads of a VM's QEMU were ready to run and did not, in the window that ended at `t`. */
  z.object({
    ...at,
    kind: z.literal('vm-schedule'),
    vm: z.string(),
    windowNs: z.int().positive(),
    waitedNs: z.int().nonnegative(),
  }),
  /** A VM ended while it was needed, or its console showed a panic. */
  z.object({ ...at, kind: z.literal('vm-lost'), vm: z.string(), message: z.string() }),
  /** The instruments themselves failed: what they recorded from here on cannot be trusted. */
  z.object({
    ...at,
    kind: z.literal('instrument-error'),
    instrument: z.string(),
    message: z.string(),
  }),
  /** The recording is complete. A timeline without it was cut. */
  z.object({ ...at, kind: z.literal('end') }),
]);
export type LabEvent = z.infer<typeof labEventSchema>;
export type LabEventKind = LabEvent['kind'];
