import { availableParallelism, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import { labelSchema, nameSchema } from '@fenceline/contracts/api';
import { z } from 'zod';

const mib = 1024 * 1024;

const labelsSchema = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((label) => label.trim()))
  .transform((labels) => labels.filter((label) => label !== ''))
  .pipe(z.array(labelSchema).max(50));

/** Settings of a worker, each an environment variable of its name. */
export const settingsSchema = z
  .object({
    /** Address of the service, e.g. `https://fenceline.example`. */
    FENCELINE_SERVICE: z.url({ protocol: /^https?$/ }),
    /** Folder of the worker: labs at work, pinned kernels and images, and the credential unless it is elsewhere. */
    FENCELINE_WORKER_FOLDER: z.string().min(1),
    /** File with the worker's id and credential; made when it enrols. */
    FENCELINE_CREDENTIAL_FILE: z.string().min(1).optional(),
    /** File with a join token: with it a worker without a credential enrols as it starts. */
    FENCELINE_JOIN_TOKEN_FILE: z.string().min(1).optional(),
    FENCELINE_WORKER_NAME: nameSchema.default(() => nameOf(hostname())),
    /** Labs at the same time. */
    FENCELINE_SLOTS: z.coerce.number().int().min(1).max(1024).default(1),
    /** Memory for VMs. */
    FENCELINE_MEMORY_MIB: z.coerce
      .number()
      .int()
      .nonnegative()
      .default(() => Math.floor((totalmem() / mib) * 0.75)),
    FENCELINE_CORES: z.coerce
      .number()
      .int()
      .positive()
      .default(() => availableParallelism()),
    FENCELINE_LABELS: labelsSchema,
    /** `probe` boots a guest to find out; `none`: simulated labs alone. */
    FENCELINE_ACCELERATOR: z.enum(['probe', 'kvm', 'tcg', 'none']).default('probe'),
    /** Disk for pinned kernels and guest images; those that no lab uses make way for others. */
    FENCELINE_KERNEL_CACHE_MIB: z.coerce.number().int().min(64).default(8192),
    /** The most that one lab may write; one that writes more ends as an error. */
    FENCELINE_LAB_DISK_MIB: z.coerce.number().int().min(16).default(8192),
    FENCELINE_LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
      .default('info'),
  })
  .transform((settings) => ({
    ...settings,
    FENCELINE_CREDENTIAL_FILE:
      settings.FENCELINE_CREDENTIAL_FILE ??
      join(settings.FENCELINE_WORKER_FOLDER, 'credential.json'),
  }));
export type Settings = z.output<typeof settingsSchema>;

/** Injection token. */
export const SETTINGS = Symbol('settings');

/** A name of a worker from that of a machine. */
function nameOf(host: string): string {
  const plain = host
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '');
  return plain.slice(0, 32) || 'worker';
}
