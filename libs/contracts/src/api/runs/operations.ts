import { z } from 'zod';
import { idSchema, instantSchema, labelSchema, ownedFields } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import { jobStateSchema, outcomeSchema } from '../states.js';
import { newRunSchema, runChangesSchema, runSpecSchema } from './matrix.js';

export const runSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    name: z.string(),
    labels: z.array(labelSchema),
    jobCount: z.int(),
    createdAt: instantSchema,
    cancelledAt: instantSchema.nullable(),
    /** The run that this one repeats, or was cloned from. */
    fromRunId: idSchema.nullable(),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof runSchema>;

const count = z.int().nonnegative();

/** How far a run is. */
export const runProgressSchema = z
  .object({
    states: z.record(jobStateSchema, count),
    outcomes: z.record(outcomeSchema, count),
    /** Finished jobs whose outcome is not as expected. */
    notAsExpected: count,
    /** As `fenceline submit --wait` exits: the worst of all jobs; null until all are finished. */
    exitCode: z.int().nullable(),
  })
  .meta({ id: 'RunProgress' });
export type RunProgress = z.infer<typeof runProgressSchema>;

export const runDetailSchema = runSchema
  .extend({ spec: runSpecSchema, progress: runProgressSchema })
  .meta({ id: 'RunDetail' });
export type RunDetail = z.infer<typeof runDetailSchema>;

const params = z.object({ runId: idSchema });
const ofOthers = 'those of others need `operate` too';

export const runOperations = {
  submit: operation({
    id: 'submitRun',
    tag: 'runs',
    method: 'POST',
    path: '/runs',
    access: 'submit',
    summary:
      'Submits scenarios × kernels × seeds × repeats, a job each; kernels and guest images are resolved and pinned now',
    body: newRunSchema,
    answer: runDetailSchema,
    problems: [
      'invalid-scenario',
      'unknown-scenario',
      'unknown-kernel',
      'kernel-not-ready',
      'too-many-jobs',
    ],
    idempotent: true,
  }),
  list: operation({
    id: 'listRuns',
    tag: 'runs',
    method: 'GET',
    path: '/runs',
    access: 'read',
    summary: 'Runs, newest first',
    query: pageQuerySchema.extend({ owner: z.string().max(200).optional() }),
    answer: pageOf('RunPage', runSchema),
  }),
  show: operation({
    id: 'showRun',
    tag: 'runs',
    method: 'GET',
    path: '/runs/{runId}',
    access: 'read',
    summary: 'One run, what it was submitted as, and how far it is',
    params,
    answer: runDetailSchema,
  }),
  clone: operation({
    id: 'cloneRun',
    tag: 'runs',
    method: 'POST',
    path: '/runs/{runId}/clone',
    access: 'submit',
    summary: 'Submits what a run was submitted as, with changes; kernels are resolved anew',
    params,
    body: runChangesSchema,
    answer: runDetailSchema,
    problems: [
      'invalid-scenario',
      'unknown-scenario',
      'unknown-kernel',
      'kernel-not-ready',
      'too-many-jobs',
    ],
    idempotent: true,
  }),
  rerun: operation({
    id: 'rerunRun',
    tag: 'runs',
    method: 'POST',
    path: '/runs/{runId}/rerun',
    access: 'submit',
    summary: `Runs jobs of a run again, in a new run, with the kernels that were pinned then; ${ofOthers}`,
    params,
    body: z.strictObject({
      /** `failed`: those that are finished and did not come out as expected. */
      which: z.enum(['all', 'failed']),
    }),
    answer: runDetailSchema,
    problems: ['conflict'],
    idempotent: true,
  }),
  cancel: operation({
    id: 'cancelRun',
    tag: 'runs',
    method: 'POST',
    path: '/runs/{runId}/cancel',
    access: 'submit',
    summary: `Cancels every job of a run that is not finished; to say it again is no error; ${ofOthers}`,
    params,
    answer: runDetailSchema,
    status: 200,
  }),
};
