import { z } from 'zod';
import { labDriverSchema } from '../../manifest.js';
import { ruleNameSchema } from '../../verdict.js';
import { pinnedSchema } from '../attempts/work.js';
import {
  bigNumberSchema,
  idSchema,
  instantSchema,
  labelSchema,
  ownedFields,
  sha256Schema,
} from '../fields.js';
import { judgementSchema } from '../judgements/judgement.js';
import { prioritySchema } from '../runs/matrix.js';
import { attemptEndSchema, attemptStateSchema, jobStateSchema, outcomeSchema } from '../states.js';

/** What a job came to, for good. */
export const jobOutcomeSchema = z
  .object({
    outcome: outcomeSchema,
    asExpected: z.boolean(),
    /** As `fenceline run` exits for this one scenario. */
    exitCode: z.int(),
    rules: z.array(ruleNameSchema),
    /** One sentence. */
    summary: z.string(),
    decidedAt: instantSchema,
    /** The attempt and the judgement that decided it; null where there was none. */
    attemptId: idSchema.nullable(),
    judgementId: idSchema.nullable(),
  })
  .meta({ id: 'JobOutcome' });
export type JobOutcome = z.infer<typeof jobOutcomeSchema>;

export const jobSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    runId: idSchema,
    scenario: z.object({ hash: sha256Schema, name: z.string() }),
    /** Takes the place of every kernel that the scenario names; null: as the scenario says. */
    kernel: z.string().nullable(),
    seed: z.int().nonnegative(),
    /** 0, 1, … */
    repeat: z.int().nonnegative(),
    driver: labDriverSchema,
    labels: z.array(labelSchema),
    priority: prioritySchema,
    state: jobStateSchema,
    attemptCount: z.int().nonnegative(),
    timeoutSeconds: z.int().positive(),
    createdAt: instantSchema,
    queuedAt: instantSchema,
    finishedAt: instantSchema.nullable(),
    /** Null until it is finished. */
    outcome: jobOutcomeSchema.nullable(),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof jobSchema>;

export const attemptSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    jobId: idSchema,
    /** 1, 2, … within the job. */
    number: z.int().positive(),
    worker: z.object({ id: idSchema, name: z.string() }),
    state: attemptStateSchema,
    /** How it ended; null until then. */
    how: attemptEndSchema.nullable(),
    fencingToken: bigNumberSchema,
    leaseExpiresAt: instantSchema.nullable(),
    cancelAsked: z.boolean(),
    message: z.string().nullable(),
    assignedAt: instantSchema,
    claimedAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof attemptSchema>;

/** A file that an attempt published. */
export const attemptArtifactSchema = z
  .object({
    id: idSchema,
    attemptId: idSchema,
    kind: z.string(),
    name: z.string(),
    size: z.int().nonnegative(),
    sha256: sha256Schema,
  })
  .meta({ id: 'AttemptArtifact' });
export type AttemptArtifact = z.infer<typeof attemptArtifactSchema>;

export const jobDetailSchema = jobSchema
  .extend({
    pinned: z.array(pinnedSchema),
    /** What a worker must offer to take it. */
    needs: z.object({
      memoryMib: z.int(),
      cores: z.int(),
      accelerator: z.enum(['none', 'any', 'kvm', 'tcg']),
      labels: z.array(labelSchema),
    }),
    /** Why it waits, in a sentence; null where it does not. */
    whyWaiting: z.string().nullable(),
    attempts: z.array(attemptSchema),
    judgements: z.array(judgementSchema),
    artifacts: z.array(attemptArtifactSchema),
  })
  .meta({ id: 'JobDetail' });
export type JobDetail = z.infer<typeof jobDetailSchema>;
