import { z } from 'zod';

/** States of jobs and attempts, and outcomes, in the words of the design. */

export const jobStateSchema = z.enum(['queued', 'active', 'cancelling', 'finished']);
export type JobState = z.infer<typeof jobStateSchema>;

export const attemptStateSchema = z.enum([
  'assigned',
  'preparing',
  'running',
  'uploading',
  'judging',
  'ended',
]);
export type AttemptState = z.infer<typeof attemptStateSchema>;

export const attemptEndSchema = z.enum(['done', 'lost', 'superseded', 'failed', 'cancelled']);
export type AttemptEnd = z.infer<typeof attemptEndSchema>;

/** Outcomes of a job. A verdict is one; the rest say that there is none, and never mix with it. */
export const outcomeSchema = z.enum([
  'pass',
  'violation',
  'inconclusive',
  'error',
  'timeout',
  'cancelled',
  'skipped',
]);
export type OutcomeName = z.infer<typeof outcomeSchema>;

export const workerStateSchema = z.enum(['enabled', 'draining', 'disabled']);
export type WorkerState = z.infer<typeof workerStateSchema>;
