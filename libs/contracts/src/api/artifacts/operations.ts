import { z } from 'zod';
import { idSchema, instantSchema, ownedFields, sha256Schema } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import { artifactKindSchema, type ArtifactKind } from '../uploads/operations.js';

export const artifactSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    kind: artifactKindSchema,
    name: z.string(),
    /** Bytes. */
    size: z.int().nonnegative(),
    sha256: sha256Schema,
    /** Null for a kernel or image. */
    attemptId: idSchema.nullable(),
    jobId: idSchema.nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: 'Artifact' });
export type Artifact = z.infer<typeof artifactSchema>;

/** What the content of each kind is sent as, whatever its name or its bytes say. */
export const artifactTypes = {
  evidence: 'application/zstd',
  verdict: 'application/json; charset=utf-8',
  report: 'text/html; charset=utf-8',
  timeline: 'application/octet-stream',
  log: 'text/plain; charset=utf-8',
  kernel: 'application/zstd',
  image: 'application/zstd',
} as const satisfies Record<ArtifactKind, string>;

const params = z.object({ artifactId: idSchema });

export const artifactOperations = {
  list: operation({
    id: 'listArtifacts',
    tag: 'artifacts',
    method: 'GET',
    path: '/artifacts',
    access: 'read',
    summary: 'Published files, newest first',
    query: pageQuerySchema.extend({
      jobId: idSchema.optional(),
      attemptId: idSchema.optional(),
      kind: artifactKindSchema.optional(),
    }),
    answer: pageOf('ArtifactPage', artifactSchema),
  }),
  show: operation({
    id: 'showArtifact',
    tag: 'artifacts',
    method: 'GET',
    path: '/artifacts/{artifactId}',
    access: 'read',
    summary: 'One published file, without its content',
    params,
    answer: artifactSchema,
  }),
  content: operation({
    id: 'downloadArtifact',
    tag: 'artifacts',
    method: 'GET',
    path: '/artifacts/{artifactId}/content',
    access: 'read',
    summary: 'Its bytes, or one range of them; HEAD gives the headers alone',
    params,
    answerKind: 'bytes',
    problems: ['range-not-satisfiable'],
  }),
};

/** What a worker takes out of the store. */
export const workerBlobOperations = {
  content: operation({
    id: 'downloadBlob',
    tag: 'worker',
    method: 'GET',
    path: '/worker/blobs/{sha256}',
    access: 'worker',
    summary:
      'A kernel or image, or the evidence that it judges again, by its hash; or one range of it',
    params: z.object({ sha256: sha256Schema }),
    answerKind: 'bytes',
    problems: ['range-not-satisfiable'],
  }),
};
