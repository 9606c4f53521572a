import { z } from 'zod';
import { ruleNameSchema } from '../../verdict.js';
import { idSchema, instantSchema, labelSchema, ownedFields, sha256Schema } from '../fields.js';
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

/** The jobs of a run with one scenario and one kernel: its seeds and repeats. */
export const runCellSchema = z
  .object({
    scenario: z.object({ hash: sha256Schema, name: z.string() }),
    /** Null: those that the scenario names. */
    kernel: z.string().nullable(),
    jobs: count,
    progress: runProgressSchema,
    /** Rules that some job violates. */
    rules: z.array(ruleNameSchema),
  })
  .meta({ id: 'RunCell' });
export type RunCell = z.infer<typeof runCellSchema>;

/** The most runs whose progress is asked for at once. */
export const progressLimit = 50;

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
    query: pageQuerySchema.extend({
      owner: z.string().max(200).optional(),
      label: labelSchema.optional(),
      /** A part of the name, in any case. */
      text: z.string().min(1).max(100).optional(),
      /** Submitted at this time or later. */
      from: instantSchema.optional(),
      /** Submitted before this time. */
      to: instantSchema.optional(),
    }),
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
  cells: operation({
    id: 'listRunCells',
    tag: 'runs',
    method: 'GET',
    path: '/runs/{runId}/cells',
    access: 'read',
    summary: 'The matrix of a run: for each scenario and kernel, what became of its jobs',
    params,
    answer: z.object({ items: z.array(runCellSchema) }).meta({ id: 'RunCellList' }),
  }),
  progress: operation({
    id: 'listRunProgress',
    tag: 'runs',
    method: 'GET',
    path: '/run-progress',
    access: 'read',
    summary: 'How far several runs are; one that is not there is left out',
    query: z.object({
      /** With commas between them. */
      runIds: z
        .string()
        .transform((list) => list.split(','))
        .pipe(z.array(idSchema).min(1).max(progressLimit)),
    }),
    answer: z
      .object({ items: z.array(z.object({ runId: idSchema, progress: runProgressSchema })) })
      .meta({ id: 'RunProgressList' }),
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
