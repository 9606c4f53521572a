import { z } from 'zod';

/** Fields that many schemas of the API have. */

export const idSchema = z.uuid();
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: 'is not a SHA-256 in hex digits' });
/** ISO 8601, UTC. Postgres has no year 0. */
export const instantSchema = z.iso
  .datetime()
  .refine((instant) => !instant.startsWith('0000'), { error: 'is not a time of our era' });
/** Fencing tokens and event numbers: decimal digits, as they may pass 2^53. */
export const bigNumberSchema = z.string().regex(/^\d{1,19}$/, { error: 'is not a whole number' });
export const labelSchema = z.string().regex(/^[a-z0-9][a-z0-9._/-]{0,62}$/, {
  error: 'is not a label: lower-case letters, digits, dots, dashes and slashes, at most 63',
});
export const nameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, {
  error:
    'is not a name: a lower-case letter, then lower-case letters, digits and dashes, at most 32',
});

/** Whose a row is: every row of the service has both. */
export const ownedFields = { projectId: idSchema, owner: z.string() };
