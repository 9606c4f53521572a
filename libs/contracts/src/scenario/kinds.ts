import { z } from 'zod';

/**
 * What a VM is: Linux with its own initiator or target, or our reference host or controller as a program in a
 * guest. Both are told apart by `kind`; what only one of them can be asked for stands with it.
 */
export const vmKindSchema = z.enum(['linux', 'reference']);
export type VmKind = z.infer<typeof vmKindSchema>;

const ms = z.int().nonnegative();
const mutant = z.string().nullable();

/** Parameter `ccr_fault` of the nvmet of `kernel/ccr-6.1`, in the order of its numbers. */
export const ccrFaultSchema = z.enum([
  'none',
  'unsupported',
  'refused',
  'fails',
  'hangs',
  'no-event',
  'next-refused',
]);
export type CcrFault = z.infer<typeof ccrFaultSchema>;

/** Why a controller refuses a CCR: status 3Fh, 40h and 41h of command specific status (TP8028). */
export const ccrRefusalSchema = z.enum(['in-progress', 'log-full', 'limit']);
export type CcrRefusal = z.infer<typeof ccrRefusalSchema>;

/** How a reference controller carries out a Cross-Controller Reset. */
export const ccrSettingsSchema = z.strictObject({
  /** The reset begins so long after the command was taken. */
  takesMs: ms,
  /** Answer with IRS=1 where the reset is done by then; else every success is told by log entry and event. */
  immediate: z.boolean(),
  /** The operation ends as failed (CCRS=2) and resets nothing. */
  fail: z.boolean(),
  /** The command is refused with this status. */
  refuse: ccrRefusalSchema.nullable(),
  /** The log entry is made and no event is sent. */
  dropEvent: z.boolean(),
  /** A reset that has not quiesced the medium after this time has failed (CCRS=2). */
  boundMs: ms,
});
export type CcrSettings = z.infer<typeof ccrSettingsSchema>;

const linuxTargetSchema = z.strictObject({
  kind: z.literal('linux'),
  ccrFault: ccrFaultSchema,
});

const referenceTargetSchema = z.strictObject({
  kind: z.literal('reference'),
  /** How many CCRs a controller may have in progress; 0 means that it knows no CCR. */
  ccrl: z.int().min(0).max(255),
  /** Traffic based keep alive: every command re-arms the keep alive timer. */
  tbkas: z.boolean(),
  /** Header and data digests are offered to hosts that ask for them. */
  digests: z.boolean(),
  ccr: ccrSettingsSchema,
  /** A controller that does one thing wrong on purpose; null is the correct one. */
  mutant,
});
export type ReferenceTarget = z.infer<typeof referenceTargetSchema>;

/** What serves an array node's ports. */
export const targetSchema = z.discriminatedUnion('kind', [
  linuxTargetSchema,
  referenceTargetSchema,
]);
export type Target = z.infer<typeof targetSchema>;

export const fencePolicySchema = z.enum(['immediate', 'time-based', 'ccr']);
export type FencePolicy = z.infer<typeof fencePolicySchema>;

/** The disputed readings of how long a host waits for a CCR to complete. */
export const ccrWaitSchema = z.enum(['cqt', 'max(cqt,kato)', 'kato+cqt']);
export type CcrWait = z.infer<typeof ccrWaitSchema>;

const linuxInitiatorSchema = z.strictObject({
  kind: z.literal('linux'),
  /** `nvme_core.cqt_default_ms` and `ccr_timeout_ms` of `kernel/ccr-6.1`; null leaves the kernel's own. */
  cqtDefaultMs: ms.nullable(),
  ccrTimeoutMs: ms.nullable(),
});

const referenceInitiatorSchema = z.strictObject({
  kind: z.literal('reference'),
  fence: fencePolicySchema,
  /** What stands for CQT where the controller reports 0. */
  cqtZeroMs: ms,
  ccrWait: ccrWaitSchema,
  /** `lost`: keep alives are not sent, while everything else is. */
  keepAlives: z.enum(['sent', 'lost']),
  /** How long after the event of a completed CCR the log page is read. */
  readLogAfterMs: ms,
  /** Header and data digests are asked for. */
  digests: z.boolean(),
  /** A host that does one thing wrong on purpose; null is the correct one. */
  mutant,
});
export type ReferenceInitiator = z.infer<typeof referenceInitiatorSchema>;

/** What connects a host to the array. */
export const initiatorSchema = z.discriminatedUnion('kind', [
  linuxInitiatorSchema,
  referenceInitiatorSchema,
]);
export type Initiator = z.infer<typeof initiatorSchema>;

/** State of an ANA group as a port reports it (Base: Asymmetric Namespace Access). */
export const anaStateSchema = z.enum([
  'optimized',
  'non-optimized',
  'inaccessible',
  'persistent-loss',
  'change',
]);
export type AnaState = z.infer<typeof anaStateSchema>;
