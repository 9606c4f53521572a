import { z } from 'zod';
import { kernelSchema } from '../../scenario/text/fields.js';
import { ruleNameSchema } from '../../verdict.js';
import { idSchema, instantSchema, labelSchema } from '../fields.js';
import { operation } from '../operation.js';
import { pageOf, pageQuerySchema } from '../page.js';
import { prioritySchema } from '../runs/matrix.js';
import { runDetailSchema } from '../runs/operations.js';
import { jobStateSchema, outcomeSchema } from '../states.js';
import { attemptSchema, jobDetailSchema, jobSchema } from './job.js';

/** Which jobs are meant; several together mean those that have all of it. */
export const jobFilterSchema = z.object({
  runId: idSchema.optional(),
  state: jobStateSchema.optional(),
  outcome: outcomeSchema.optional(),
  /** `false`: finished, and not as expected. */
  asExpected: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  /** A rule that the outcome violates. */
  rule: ruleNameSchema.optional(),
  /** The kernel that took the place of those of the scenario. */
  kernel: kernelSchema.optional(),
  /** The scenario's name. */
  scenario: z.string().min(1).max(100).optional(),
  label: labelSchema.optional(),
  owner: z.string().min(1).max(200).optional(),
  /** Submitted at this time or later. */
  from: instantSchema.optional(),
  /** Submitted before this time. */
  to: instantSchema.optional(),
  /** A part of the scenario's name, in any case. */
  text: z.string().min(1).max(100).optional(),
});
export type JobFilter = z.infer<typeof jobFilterSchema>;

/** Jobs that wait for the same kind of worker. */
export const queueGroupSchema = z
  .object({
    needs: jobDetailSchema.shape.needs,
    jobs: z.int().positive(),
    /** Since when the longest waits. */
    oldestQueuedAt: instantSchema,
    /** The one that goes first. */
    firstJobId: idSchema,
    /** Names, at most five. */
    scenarios: z.array(z.string()),
    /** Why they wait, in a sentence. */
    whyWaiting: z.string(),
  })
  .meta({ id: 'QueueGroup' });
export type QueueGroup = z.infer<typeof queueGroupSchema>;

const params = z.object({ jobId: idSchema });
const ofOthers = 'those of others need `operate` too';

export const jobOperations = {
  list: operation({
    id: 'listJobs',
    tag: 'jobs',
    method: 'GET',
    path: '/jobs',
    access: 'read',
    summary: 'Jobs, newest first',
    query: pageQuerySchema.extend(jobFilterSchema.shape),
    answer: pageOf('JobPage', jobSchema),
  }),
  show: operation({
    id: 'showJob',
    tag: 'jobs',
    method: 'GET',
    path: '/jobs/{jobId}',
    access: 'read',
    summary: 'One job with its attempts, judgements and artifacts, and why it waits',
    params,
    answer: jobDetailSchema,
  }),
  queue: operation({
    id: 'showQueue',
    tag: 'jobs',
    method: 'GET',
    path: '/queue',
    access: 'read',
    summary: 'Jobs that wait, by what they need of a worker, and why; the longest waiting first',
    answer: z.object({ items: z.array(queueGroupSchema) }).meta({ id: 'Queue' }),
  }),
  attempts: operation({
    id: 'listAttempts',
    tag: 'jobs',
    method: 'GET',
    path: '/jobs/{jobId}/attempts',
    access: 'read',
    summary: 'The attempts of a job, the first one first',
    params,
    answer: z.object({ items: z.array(attemptSchema) }).meta({ id: 'AttemptList' }),
  }),
  attempt: operation({
    id: 'showAttempt',
    tag: 'jobs',
    method: 'GET',
    path: '/attempts/{attemptId}',
    access: 'read',
    summary: 'One attempt',
    params: z.object({ attemptId: idSchema }),
    answer: attemptSchema,
  }),
  cancel: operation({
    id: 'cancelJob',
    tag: 'jobs',
    method: 'POST',
    path: '/jobs/{jobId}/cancel',
    access: 'submit',
    summary: `Cancels a job that has not finished; ${ofOthers}`,
    params,
    answer: jobDetailSchema,
    status: 200,
    problems: ['conflict'],
  }),
  rerun: operation({
    id: 'rerunJob',
    tag: 'jobs',
    method: 'POST',
    path: '/jobs/{jobId}/rerun',
    access: 'submit',
    summary: `Runs a job again, as a run of its own, with the kernels that were pinned then; ${ofOthers}`,
    params,
    answer: runDetailSchema,
    idempotent: true,
  }),
  prioritise: operation({
    id: 'prioritiseJob',
    tag: 'jobs',
    method: 'PUT',
    path: '/jobs/{jobId}/priority',
    access: 'submit',
    summary: `Sets the priority of a job that is not finished; ${ofOthers}`,
    params,
    body: z.strictObject({ priority: prioritySchema }),
    answer: jobDetailSchema,
    problems: ['conflict'],
  }),
};
