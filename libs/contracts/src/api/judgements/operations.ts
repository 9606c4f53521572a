import { z } from 'zod';
import { verdictSchema } from '../../verdict.js';
import { idSchema, sha256Schema } from '../fields.js';
import { jobFilterSchema } from '../jobs/operations.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import { judgementDetailSchema, judgementSchema } from './judgement.js';

/** A job that was judged, as another version of the verifier sees it. */
export const rejudgementSchema = z
  .object({
    jobId: idSchema,
    scenario: z.string(),
    seed: z.int(),
    /** The published evidence that the first judgement is of; null where it was not published. */
    evidence: z
      .object({
        artifactId: idSchema,
        attemptId: idSchema,
        sha256: sha256Schema,
        size: z.int().nonnegative(),
      })
      .nullable(),
    /** The judgement that decided the outcome. */
    first: judgementSchema,
    /** The newest one of the version that was asked for. */
    again: judgementSchema.nullable(),
    /** `pending`: that version has not judged it; `changed`: another verdict, or other rules are violated. */
    status: z.enum(['pending', 'same', 'changed']),
  })
  .meta({ id: 'Rejudgement' });
export type Rejudgement = z.infer<typeof rejudgementSchema>;

const jobParams = z.object({ jobId: idSchema });

export const judgementOperations = {
  list: operation({
    id: 'listJudgements',
    tag: 'judgements',
    method: 'GET',
    path: '/jobs/{jobId}/judgements',
    access: 'read',
    summary: 'The judgements of a job; the first one, which decided its outcome, first',
    params: jobParams,
    answer: z.object({ items: z.array(judgementSchema) }).meta({ id: 'JudgementList' }),
  }),
  show: operation({
    id: 'showJudgement',
    tag: 'judgements',
    method: 'GET',
    path: '/judgements/{judgementId}',
    access: 'read',
    summary: 'One judgement with its verdict document',
    params: z.object({ judgementId: idSchema }),
    answer: judgementDetailSchema,
  }),
  add: operation({
    id: 'addJudgement',
    tag: 'judgements',
    method: 'POST',
    path: '/jobs/{jobId}/judgements',
    access: 'operate',
    summary:
      'Adds a judgement of published evidence, made elsewhere with `fenceline judge --json`; the outcome stays as it is',
    params: jobParams,
    body: z.strictObject({
      /** Of the evidence that was judged, as it was published. */
      evidenceSha256: sha256Schema,
      document: verdictSchema,
    }),
    answer: judgementDetailSchema,
    problems: ['conflict'],
    idempotent: true,
  }),
  rejudge: operation({
    id: 'listRejudgements',
    tag: 'judgements',
    method: 'GET',
    path: '/rejudge',
    access: 'read',
    summary:
      'Judged jobs that a filter means, newest first, with what a version of the verifier has still to judge and what ' +
      'it changed; a page may be shorter than asked for, and is the last one when `next` is null',
    query: pageQuerySchema.extend({
      ...jobFilterSchema.shape,
      /** The version that judges again. */
      verifierVersion: z.string().min(1).max(100),
      status: rejudgementSchema.shape.status.optional(),
    }),
    answer: pageOf('RejudgementPage', rejudgementSchema),
  }),
};
