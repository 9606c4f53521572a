import { z } from 'zod';
import { bigNumberSchema, idSchema } from '../fields.js';
import { operation } from '../operation.js';
import { attemptResultSchema } from './result.js';
import { livePartSchema } from './live.js';
import { workSchema } from './work.js';

const attemptParams = z.object({ attemptId: idSchema });
/** What every write of a worker carries. */
export const fencedSchema = z.object({ fencingToken: bigNumberSchema });

/** The answer to each renewal. */
export const leaseSchema = z
  .object({
    leaseSeconds: z.number(),
    /** Somebody asked for it to be cancelled: stop the VMs, keep what was recorded, finish as cancelled. */
    cancel: z.boolean(),
  })
  .meta({ id: 'Lease' });
export type Lease = z.infer<typeof leaseSchema>;

/**
 * What a worker says of its attempts. Each write carries the fencing token; one that is not the newest of its job is
 * refused with `superseded`.
 */
export const workerAttemptOperations = {
  claim: operation({
    id: 'claimAttempt',
    tag: 'worker',
    method: 'POST',
    path: '/worker/attempts/{attemptId}/claim',
    access: 'worker',
    summary: 'Starts the lease and gives the work; the same process may ask again',
    params: attemptParams,
    body: z.object({ instance: idSchema }),
    answer: workSchema,
    status: 200,
    problems: ['conflict', 'superseded'],
  }),
  renew: operation({
    id: 'renewLease',
    tag: 'worker',
    method: 'POST',
    path: '/worker/attempts/{attemptId}/renew',
    access: 'worker',
    summary: 'Renews the lease; a late one is taken while no newer attempt exists',
    params: attemptParams,
    body: fencedSchema,
    answer: leaseSchema,
    status: 200,
    problems: ['superseded'],
    unlimited: true,
  }),
  advance: operation({
    id: 'advanceAttempt',
    tag: 'worker',
    method: 'POST',
    path: '/worker/attempts/{attemptId}/advance',
    access: 'worker',
    summary:
      'Tells the state that the attempt has come to, and renews the lease; to say it again is no error',
    params: attemptParams,
    body: fencedSchema.extend({ state: z.enum(['running', 'uploading', 'judging']) }),
    answer: leaseSchema,
    status: 200,
    problems: ['superseded', 'conflict'],
  }),
  finish: operation({
    id: 'finishAttempt',
    tag: 'worker',
    method: 'POST',
    path: '/worker/attempts/{attemptId}/finish',
    access: 'worker',
    summary:
      'Publishes the uploads and decides the outcome, in one transaction that checks the token',
    params: attemptParams,
    body: fencedSchema.extend({
      result: attemptResultSchema,
      uploadIds: z.array(idSchema).max(50),
    }),
    problems: ['superseded', 'conflict'],
  }),
  surrender: operation({
    id: 'surrenderAttempt',
    tag: 'worker',
    method: 'POST',
    path: '/worker/attempts/{attemptId}/surrender',
    access: 'worker',
    summary: 'What a superseded attempt had recorded: it is shown, and is never an outcome',
    params: attemptParams,
    body: fencedSchema.extend({ uploadIds: z.array(idSchema).max(50) }),
    problems: ['conflict'],
  }),
};

/** What those who watch see meanwhile. */
export const liveOperations = {
  live: operation({
    id: 'showLive',
    tag: 'worker',
    method: 'POST',
    path: '/worker/attempts/{attemptId}/live',
    access: 'worker',
    summary: 'Console lines, steps and bars for those who watch; may be dropped',
    params: attemptParams,
    body: fencedSchema.extend({ parts: z.array(livePartSchema).max(500) }),
    problems: ['superseded'],
  }),
};
