import { z } from 'zod';
import { idSchema, instantSchema, ownedFields } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import { attemptStateSchema, workerStateSchema } from '../states.js';
import { capacitySchema } from './capacity.js';

export const workerSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    name: z.string(),
    state: workerStateSchema,
    capacity: capacitySchema,
    /** Whether its process was heard of in the last seconds; one that was not gets nothing. */
    present: z.boolean(),
    lastSeenAt: instantSchema.nullable(),
    createdAt: instantSchema,
    /** Its credential is refused from then on. */
    revokedAt: instantSchema.nullable(),
    /** What it runs, and what that takes of its capacity. */
    busy: z.object({ slots: z.int(), memoryMib: z.int(), cores: z.int() }),
  })
  .meta({ id: 'Worker' });
export type Worker = z.infer<typeof workerSchema>;

export const workerDetailSchema = workerSchema
  .extend({
    attempts: z.array(
      z.object({
        id: idSchema,
        jobId: idSchema,
        number: z.int(),
        state: attemptStateSchema,
        scenarioName: z.string(),
        assignedAt: instantSchema,
      }),
    ),
  })
  .meta({ id: 'WorkerDetail' });
export type WorkerDetail = z.infer<typeof workerDetailSchema>;

const params = z.object({ workerId: idSchema });

/** What people do with workers. */
export const workersOperations = {
  list: operation({
    id: 'listWorkers',
    tag: 'workers',
    method: 'GET',
    path: '/workers',
    access: 'read',
    summary: 'Workers, newest first',
    query: pageQuerySchema.extend({
      /** Revoked ones too. */
      revoked: z.stringbool().default(false),
    }),
    answer: pageOf('WorkerPage', workerSchema),
  }),
  show: operation({
    id: 'showWorker',
    tag: 'workers',
    method: 'GET',
    path: '/workers/{workerId}',
    access: 'read',
    summary: 'One worker, with what it runs',
    params,
    answer: workerDetailSchema,
  }),
  drain: operation({
    id: 'drainWorker',
    tag: 'workers',
    method: 'POST',
    path: '/workers/{workerId}/drain',
    access: 'operate',
    summary: 'Gives it nothing more; what it runs goes on to its end',
    params,
    answer: workerDetailSchema,
    status: 200,
    problems: ['conflict'],
  }),
  enable: operation({
    id: 'enableWorker',
    tag: 'workers',
    method: 'POST',
    path: '/workers/{workerId}/enable',
    access: 'operate',
    summary: 'Gives it work again; one that was disabled needs `admin`',
    params,
    answer: workerDetailSchema,
    status: 200,
    problems: ['conflict'],
  }),
  disable: operation({
    id: 'disableWorker',
    tag: 'workers',
    method: 'POST',
    path: '/workers/{workerId}/disable',
    access: 'admin',
    summary: 'As drain, until an administrator enables it again',
    params,
    answer: workerDetailSchema,
    status: 200,
    problems: ['conflict'],
  }),
  revoke: operation({
    id: 'revokeWorker',
    tag: 'workers',
    method: 'POST',
    path: '/workers/{workerId}/revoke',
    access: 'admin',
    summary:
      'Ends it at once and for good: its credential is refused, and what it runs is lost and placed anew; to say it again is no error',
    params,
    answer: workerDetailSchema,
    status: 200,
  }),
};
