import { z } from 'zod';
import { labDriverSchema } from '../../manifest.js';
import { imageRoleSchema } from '../../scenario/guests.js';
import { bigNumberSchema, idSchema, sha256Schema } from '../fields.js';

/** A kernel, or a guest image for the kernel of that name, resolved at submission; the worker takes it from the artifact store by its hash. */
export const pinnedSchema = z
  .object({
    kind: z.enum(['kernel', 'image']),
    name: z.string(),
    /** As `uname -r` prints it; empty for an image. */
    version: z.string(),
    capabilities: z.array(z.string()),
    /** Of the packed file, as it lies in the store. */
    sha256: sha256Schema,
    /** What an image is for; a kernel has none. */
    role: imageRoleSchema.optional(),
    /** Of the image itself: the evidence's manifest names it so. */
    imageSha256: sha256Schema.optional(),
  })
  .meta({ id: 'Pinned' });
export type Pinned = z.infer<typeof pinnedSchema>;

/** What a worker gets when it claims an attempt: all that it needs to run it. */
export const workSchema = z
  .object({
    attemptId: idSchema,
    jobId: idSchema,
    runId: idSchema,
    /** 1, 2, … within the job. */
    number: z.int().positive(),
    /** To be given with every write about this attempt. */
    fencingToken: bigNumberSchema,
    leaseSeconds: z.number(),
    timeoutSeconds: z.int().positive(),
    scenario: z.object({ name: z.string(), hash: sha256Schema, text: z.string() }),
    seed: z.int().nonnegative(),
    driver: labDriverSchema,
    /** Takes the place of every kernel that the scenario names; null: as the scenario says. */
    kernel: z.string().nullable(),
    pinned: z.array(pinnedSchema),
  })
  .meta({ id: 'Work' });
export type Work = z.infer<typeof workSchema>;
