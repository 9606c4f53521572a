import { z } from 'zod';

/** Settings of the control plane, each an environment variable of this name in capitals with FENCELINE_ before it. */
export const settingsSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Before every key in Redis, so that several services can share one. */
  FENCELINE_REDIS_PREFIX: z.string().min(1).default('fenceline'),
  /** Address to listen on. */
  FENCELINE_HOST: z.string().default('127.0.0.1'),
  /** 0: a free port. */
  FENCELINE_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Folder of artifacts. */
  FENCELINE_ARTIFACTS: z.string().min(1),
  /** MiB that uploads leave free where the artifacts lie. */
  FENCELINE_ARTIFACTS_RESERVE_MIB: z.coerce.number().int().min(0).default(1024),
  /** The most MiB of one upload. */
  FENCELINE_UPLOAD_LIMIT_MIB: z.coerce.number().int().min(1).max(65_536).default(8192),
  /** Hours after its last part at which an upload that nothing has published is removed. */
  FENCELINE_UPLOAD_HOURS: z.coerce.number().min(0.01).max(720).default(24),
  /** Seconds for which a lease holds. */
  FENCELINE_LEASE_SECONDS: z.coerce.number().min(1).max(3600).default(30),
  FENCELINE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  /** Seconds an assignment may stay unclaimed. */
  FENCELINE_CLAIM_SECONDS: z.coerce.number().min(0.2).max(600).default(10),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Injection token. */
export const SETTINGS = Symbol('settings');

/**
 * Reads the settings.
 *
 * @throws Error that lists every bad one at once
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = settingsSchema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`Settings of the control plane are wrong:\n${lines.join('\n')}`);
}
