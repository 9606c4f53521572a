import { z } from 'zod';

/** `manifest.json`: what a recording is, what made it, and which files belong to it with their hashes. */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: 'is not a SHA-256 in hex digits' });

/**
 * A relative path with forward slashes inside the evidence folder: no `..`, no absolute path, no
 * backslash or control character, so that a foreign bundle cannot name a file outside it.
 */
export const partPathSchema = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._+-]*(\/[A-Za-z0-9_][A-Za-z0-9._+-]*)*$/, {
    error: 'is not a plain relative path',
  });

export const evidencePartSchema = z.strictObject({
  path: partPathSchema,
  bytes: z.int().nonnegative(),
  sha256,
});
export type EvidencePart = z.infer<typeof evidencePartSchema>;

export const manifestKernelSchema = z.strictObject({
  /** Name in the registry, e.g. `debian:6.1`. */
  name: z.string(),
  /** As `uname -r` prints it. */
  version: z.string(),
  /** Of the kernel image; null where no kernel ran, as the lab was simulated. */
  sha256: sha256.nullable(),
  capabilities: z.array(z.string()),
  /** What finds faults of the kernel in itself, by its build configuration, e.g. `hung task`. */
  detectors: z.array(z.string()),
});
export type ManifestKernel = z.infer<typeof manifestKernelSchema>;

export const machineSchema = z.strictObject({
  /** Model name of the processor. */
  cpu: z.string(),
  cores: z.int().positive(),
  memoryBytes: z.int().positive(),
  /** Name and release of the operating system. */
  os: z.string(),
  accelerator: z.enum(['kvm', 'tcg']),
  qemuVersion: z.string(),
  nodeVersion: z.string(),
});
export type Machine = z.infer<typeof machineSchema>;

/** What ran the hosts, array nodes and links of a plan. */
export const labDriverSchema = z.enum(['qemu', 'simulated']);
export type LabDriverName = z.infer<typeof labDriverSchema>;

const manifestBase = {
  schema: z.literal('fenceline.evidence/v1'),
  /** Recordings from before there was a choice do not name it: `qemu` made them. */
  driver: labDriverSchema.optional(),
  scenario: z.string(),
  seed: z.int().nonnegative(),
  /** Wall-clock time at which the lab's clock was zero. */
  startedAt: z.iso.datetime({ offset: true }),
  /** Version of Fenceline that recorded. */
  fencelineVersion: z.string(),
  /** Null where the lab was simulated: its recording does not depend on the machine. */
  machine: machineSchema.nullable(),
  /** VM name → the kernel that it ran. */
  kernels: z.record(z.string(), manifestKernelSchema),
  /** Guest image by role, e.g. `host` → SHA-256. */
  images: z.record(z.string(), sha256),
  /** Debian package in the guest images → version. */
  guestPackages: z.record(z.string(), z.string()),
  /** Every file of the evidence but the manifest itself and what judging adds. */
  parts: z.array(evidencePartSchema),
};

export const manifestSchema = z.discriminatedUnion('complete', [
  z.strictObject({
    ...manifestBase,
    complete: z.literal(true),
    /**
     * SHA-256 of the manifest file itself, with these 64 digits as zeros. Recordings made before it was
     * introduced have none.
     */
    sealedSha256: sha256.optional(),
  }),
  /** The lab did not come to its end: what there is can be read, and is never a pass. */
  z.strictObject({
    ...manifestBase,
    complete: z.literal(false),
    incompleteBecause: z.string().min(1),
  }),
]);
export type Manifest = z.infer<typeof manifestSchema>;
