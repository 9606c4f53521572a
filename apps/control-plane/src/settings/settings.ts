import { z } from 'zod';
import { isS3Address, readS3Address } from '../store/s3/s3-location.js';

/** Injection token. */
export const SETTINGS = Symbol('settings');

/** `1` and `true` say yes; `0`, `false` and nothing say no. */
const yesSchema = z
  .union([z.boolean(), z.enum(['', '0', '1', 'true', 'false'])], {
    error: 'is not 1, 0, true or false',
  })
  .default(false)
  .transform((value) => value === true || value === '1' || value === 'true');

const ratePerSecond = z.coerce.number().min(0).max(1_000_000);

/** Every setting of the control plane, with what it means; `sensitive` ones are never shown. */
const fields = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .meta({ description: 'Postgres, the truth.', sensitive: true }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).meta({
    description:
      'Redis, the doorbell; `rediss:` is TLS. Its user may need the right to set ACLs: [api.md](api.md#redis).',
    sensitive: true,
  }),
  FENCELINE_REDIS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, {
      error: 'is not 1 to 64 letters, digits, dashes and underscores',
    })
    .default('fenceline')
    .meta({ description: 'Before every key in Redis, so that several services can share one.' }),
  FENCELINE_HOST: z.string().min(1).default('127.0.0.1').meta({
    description:
      'Address to listen on. One that is not of this machine alone needs TLS, or a proxy that has it.',
  }),
  FENCELINE_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .meta({ description: 'TCP port; 0: one that is free.' }),
  FENCELINE_HOSTS: z
    .union([z.string().transform((text) => text.split(',')), z.array(z.string())])
    .pipe(
      z.array(
        z
          .string()
          .trim()
          .regex(/^[a-zA-Z0-9.:[\]-]*$/, { error: 'is not a host name' }),
      ),
    )
    .default([])
    .meta({
      description:
        'Host names, with commas between, under which clients reach the service, beside `localhost`, `127.0.0.1`, `[::1]` and `FENCELINE_HOST`. A request for another one is refused.',
    }),
  FENCELINE_TLS_CERT: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'File with the certificate and its chain, PEM: serve HTTPS.' }),
  FENCELINE_TLS_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'File with the private key of the certificate, PEM.' }),
  FENCELINE_BEHIND_PROXY: yesSchema.meta({
    description:
      '1: a proxy with TLS is in front and sets `X-Forwarded-For`, `-Proto` and `-Host`, which are believed.',
  }),
  FENCELINE_ARTIFACTS: z
    .string()
    .min(1)
    .refine((text) => !isS3Address(text) || readS3Address(text) !== null, {
      error:
        'is not s3://BUCKET or s3://BUCKET/PREFIX, of letters, digits, dots, dashes and underscores',
    })
    .meta({
      description:
        'Folder of artifacts; or `s3://BUCKET/PREFIX`: a bucket of an S3 server, [artifacts.md](artifacts.md#a-bucket).',
    }),
  FENCELINE_DASHBOARD: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Folder of the built dashboard; that of this tree if not given.' }),
  FENCELINE_ARTIFACTS_RESERVE_MIB: z.coerce
    .number()
    .int()
    .min(0)
    .default(1024)
    .meta({ description: 'What uploads leave free where the artifacts lie, MiB.' }),
  FENCELINE_S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/^https?:\/\/[^/]*@/.test(url), { error: 'has a name or password in it' })
    .optional()
    .meta({
      description: 'Address of the S3 server. Without it Amazon’s, by the region.',
    }),
  FENCELINE_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, { error: 'is not a name of small letters, digits and dashes' })
    .default('us-east-1')
    .meta({ description: 'Region of the bucket.' }),
  FENCELINE_S3_PATH_STYLE: yesSchema.meta({
    description:
      '1: the bucket is in the path of an address and not in its host name, as most servers but Amazon’s want it.',
  }),
  FENCELINE_S3_CA: z.string().min(1).optional().meta({
    description:
      'File with the certificates, PEM, that the S3 server’s own may be signed by, in place of the well-known ones.',
  }),
  FENCELINE_S3_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Access key of the S3 server.', sensitive: true }),
  FENCELINE_S3_SECRET_ACCESS_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Its secret.', sensitive: true }),
  FENCELINE_UPLOAD_LIMIT_MIB: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_536)
    .default(8192)
    .meta({ description: 'The most of one upload, MiB.' }),
  FENCELINE_UPLOAD_HOURS: z.coerce.number().min(0.01).max(720).default(24).meta({
    description: 'How long an upload is kept after its last part, unless it is published, hours.',
  }),
  FENCELINE_LEASE_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3600)
    .default(30)
    .meta({ description: 'How long a lease of an attempt holds, seconds.' }),
  FENCELINE_CLAIM_SECONDS: z.coerce
    .number()
    .min(0.2)
    .max(600)
    .default(10)
    .meta({ description: 'How long an assignment may stay unclaimed, seconds.' }),
  FENCELINE_EVENT_DAYS: z.coerce
    .number()
    .min(0.001)
    .max(3650)
    .default(30)
    .meta({ description: 'How long events are kept, days.' }),
  FENCELINE_TOKEN_RATE: ratePerSecond.default(200).meta({
    description:
      'Requests a second of one token or worker, five seconds of which may come at once; 0: no limit.',
  }),
  FENCELINE_ADDRESS_RATE: ratePerSecond.default(50).meta({
    description:
      'Requests a second of one address without a valid token, five seconds of which may come at once; 0: no limit.',
  }),
  FENCELINE_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .meta({ description: 'The least important lines that are logged.' }),
};

/** Checks of two settings together run with those of each, so that all that is wrong is told at once. */
const together = { when: () => true };

const needed = 'is missing: FENCELINE_ARTIFACTS names a bucket';

/** Settings of the control plane. */
export const settingsSchema = z
  .strictObject(fields)
  .refine((given) => given.FENCELINE_TLS_KEY === undefined || given.FENCELINE_TLS_CERT, {
    ...together,
    path: ['FENCELINE_TLS_CERT'],
    error: 'is missing: certificate and key come together',
  })
  .refine((given) => given.FENCELINE_TLS_CERT === undefined || given.FENCELINE_TLS_KEY, {
    ...together,
    path: ['FENCELINE_TLS_KEY'],
    error: 'is missing: certificate and key come together',
  })
  .refine((given) => hasKeyWhereS3(given, 'FENCELINE_S3_ACCESS_KEY_ID'), {
    ...together,
    path: ['FENCELINE_S3_ACCESS_KEY_ID'],
    error: needed,
  })
  .refine((given) => hasKeyWhereS3(given, 'FENCELINE_S3_SECRET_ACCESS_KEY'), {
    ...together,
    path: ['FENCELINE_S3_SECRET_ACCESS_KEY'],
    error: needed,
  })
  .refine(
    (given) =>
      isLoopback(given.FENCELINE_HOST) ||
      given.FENCELINE_TLS_CERT !== undefined ||
      given.FENCELINE_BEHIND_PROXY,
    {
      ...together,
      path: ['FENCELINE_HOST'],
      error:
        'is open to other machines, and tokens would go over the network in the clear: set FENCELINE_TLS_CERT and FENCELINE_TLS_KEY, or FENCELINE_BEHIND_PROXY=1 where a proxy has TLS',
    },
  );
export type Settings = z.infer<typeof settingsSchema>;

/** Values are checked here though others may be wrong, so that nothing is known of them. */
function hasKeyWhereS3(given: Partial<Record<string, unknown>>, key: string): boolean {
  const { FENCELINE_ARTIFACTS: artifacts } = given;
  return !(typeof artifacts === 'string' && isS3Address(artifacts)) || given[key] !== undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** One line of the table of settings. */
export interface SettingDescription {
  name: string;
  description: string;
  /** As the environment would have it; null where it must be given or has none. */
  default: string | null;
  required: boolean;
  sensitive: boolean;
}

/** What each setting is, for docs/settings.md. */
export function describeSettings(): SettingDescription[] {
  return Object.entries<z.ZodType>(fields).map(([name, schema]) => {
    const meta = schema.meta() ?? {};
    const parsed = schema.safeParse(undefined);
    return {
      name,
      description: meta.description ?? '',
      default: parsed.success && parsed.data !== undefined ? shown(parsed.data) : null,
      required: !parsed.success,
      sensitive: meta['sensitive'] === true,
    };
  });
}

/** The settings as they may be shown: sensitive ones masked. */
export function maskSettings(settings: Settings): Record<string, unknown> {
  const sensitive = new Set(
    describeSettings()
      .filter((one) => one.sensitive)
      .map(({ name }) => name),
  );
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, sensitive.has(name) ? '***' : value]),
  );
}

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(fields);

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
