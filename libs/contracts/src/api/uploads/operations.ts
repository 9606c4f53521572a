import { z } from 'zod';
import { bigNumberSchema, idSchema, instantSchema, sha256Schema } from '../fields.js';
import { operation, type Access } from '../operation.js';

/** Kinds of artifacts, each with one content type. */
export const artifactKindSchema = z.enum([
  'evidence',
  'verdict',
  'report',
  'timeline',
  'log',
  'kernel',
  'image',
]);
export type ArtifactKind = z.infer<typeof artifactKindSchema>;

/** The most uploads of one attempt, and of one owner beside attempts, that are open at the same time. */
export const openUploadLimit = 100;

/** The most bytes of one part. */
export const uploadPartLimit = 8 * 1024 * 1024;

export const uploadSchema = z
  .object({
    id: idSchema,
    kind: artifactKindSchema,
    name: z.string(),
    size: z.int().nonnegative(),
    sha256: sha256Schema,
    /** Bytes that are there: the offset of the next part. */
    received: z.int().nonnegative(),
    state: z.enum(['open', 'completed', 'published', 'abandoned']),
    expiresAt: instantSchema,
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof uploadSchema>;

const fileFields = {
  kind: artifactKindSchema,
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/, { error: 'is not a plain file name' }),
  size: z
    .int()
    .nonnegative()
    .max(64 * 1024 ** 3),
  sha256: sha256Schema,
};

/** The same four steps for workers and for people: create, parts, a look, complete. */
function uploadOperations<Create extends z.ZodType>(
  prefix: string,
  suffix: string,
  tag: string,
  access: Access,
  create: Create,
) {
  const params = z.object({ uploadId: idSchema });
  return {
    create: operation({
      id: `create${suffix}`,
      tag,
      method: 'POST',
      path: prefix,
      access,
      summary: 'Announces a file; limits and free space are checked before a byte of it is taken',
      body: create,
      answer: uploadSchema,
      problems: ['not-found', 'too-large', 'no-space', 'superseded'],
    }),
    part: operation({
      id: `put${suffix}Part`,
      tag,
      method: 'PUT',
      path: `${prefix}/{uploadId}/parts`,
      access,
      summary: 'The bytes from an offset on; to send a part again is no error',
      params,
      query: z.object({
        offset: z.coerce.number().int().nonnegative(),
        /** Of the part. */
        sha256: sha256Schema,
      }),
      bodyIsBytes: true,
      answer: uploadSchema,
      problems: ['conflict', 'gone', 'too-large', 'hash-mismatch', 'no-space', 'superseded'],
    }),
    show: operation({
      id: `show${suffix}`,
      tag,
      method: 'GET',
      path: `${prefix}/{uploadId}`,
      access,
      summary: 'How far an upload is: where to go on after it was cut',
      params,
      answer: uploadSchema,
    }),
    complete: operation({
      id: `complete${suffix}`,
      tag,
      method: 'POST',
      path: `${prefix}/{uploadId}/complete`,
      access,
      summary: 'Checks size and hash of the whole; it is published by what it is for',
      params,
      answer: uploadSchema,
      status: 200,
      problems: ['conflict', 'gone', 'hash-mismatch', 'no-space', 'superseded'],
    }),
  };
}

/** Uploads of a worker, for one attempt. */
export const workerUploadOperations = uploadOperations(
  '/worker/uploads',
  'AttemptUpload',
  'worker',
  'worker',
  z.object({
    ...fileFields,
    attemptId: idSchema,
    fencingToken: bigNumberSchema,
    /** It is what a superseded attempt had recorded: it is taken all the same, and only surrendering publishes it. */
    surrender: z.boolean().default(false),
  }),
);

/** Uploads of kernels and images. */
export const kernelUploadOperations = uploadOperations(
  '/uploads',
  'Upload',
  'uploads',
  'kernels',
  z.object(fileFields),
);
