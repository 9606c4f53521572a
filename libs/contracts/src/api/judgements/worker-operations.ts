import { z } from 'zod';
import { verdictSchema } from '../../verdict.js';
import { fencedSchema, leaseSchema } from '../attempts/worker-operations.js';
import { idSchema, sha256Schema } from '../fields.js';
import { operation } from '../operation.js';

/** Evidence that a worker is to judge again: nothing is run. */
export const rejudgeWorkSchema = z
  .object({
    itemId: idSchema,
    jobId: idSchema,
    /** To be given with every write about this item. */
    fencingToken: fencedSchema.shape.fencingToken,
    leaseSeconds: z.number(),
    /** Bound on the judging. */
    timeoutSeconds: z.int().positive(),
    /** The evidence, to be taken from the store by its hash while the lease holds. */
    evidence: z.object({ sha256: sha256Schema, name: z.string() }),
  })
  .meta({ id: 'RejudgeWork' });
export type RejudgeWork = z.infer<typeof rejudgeWorkSchema>;

/** How judging again came out at the worker. */
export const rejudgeResultSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('judged'), verdict: verdictSchema }),
    z.object({ kind: z.literal('failed'), message: z.string().max(4000) }),
  ])
  .meta({ id: 'RejudgeResult' });
export type RejudgeResult = z.infer<typeof rejudgeResultSchema>;

const params = z.object({ itemId: idSchema });

/** What a worker says of the evidence that it judges again; `listAssignments` says when there is some. */
export const workerRejudgingOperations = {
  claim: operation({
    id: 'claimRejudging',
    tag: 'worker',
    method: 'POST',
    path: '/worker/rejudging/claim',
    access: 'worker',
    summary: 'Starts the lease of evidence that is to be judged again, and gives it; null: none is',
    body: z.object({ verifierVersion: z.string().min(1).max(100) }),
    answer: z.object({ work: rejudgeWorkSchema.nullable() }).meta({ id: 'RejudgeClaim' }),
    status: 200,
  }),
  renew: operation({
    id: 'renewRejudging',
    tag: 'worker',
    method: 'POST',
    path: '/worker/rejudging/{itemId}/renew',
    access: 'worker',
    summary: 'Renews the lease; a late one is taken while no other worker has taken the item',
    params,
    body: fencedSchema,
    answer: leaseSchema,
    status: 200,
    problems: ['superseded'],
    unlimited: true,
  }),
  finish: operation({
    id: 'finishRejudging',
    tag: 'worker',
    method: 'POST',
    path: '/worker/rejudging/{itemId}/finish',
    access: 'worker',
    summary: 'Adds the judgement, or says why there is none; to say it again is no error',
    params,
    body: fencedSchema.extend({ result: rejudgeResultSchema }),
    problems: ['superseded'],
  }),
};
