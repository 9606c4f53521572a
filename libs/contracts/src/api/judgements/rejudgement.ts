import { z } from 'zod';
import { ruleNameSchema } from '../../verdict.js';
import { idSchema, instantSchema, ownedFields } from '../fields.js';
import { jobFilterSchema } from '../jobs/operations.js';
import { judgementSchema } from './judgement.js';

/** The most jobs of one rejudgement. */
export const rejudgementLimit = 10_000;

const versionSchema = z.string().min(1).max(100);

/** The same filter as that of the list of jobs, as JSON. */
const filterSchema = jobFilterSchema.extend({ asExpected: z.boolean().optional() });

/** Which jobs are to be judged again, and by whom. */
export const newRejudgementSchema = z
  .strictObject({
    filter: z.strictObject(filterSchema.shape).default({}),
    /** Only workers whose verifier has this version judge. Left out: each with its own. */
    verifierVersion: versionSchema.optional(),
  })
  .meta({ id: 'NewRejudgement' });
export type NewRejudgement = z.infer<typeof newRejudgementSchema>;

/**
 * - `waiting`: no worker judges it, for now
 * - `running`: a worker does
 * - `done`: it has its new judgement
 * - `failed`: its evidence is not kept, or could not be judged: the item says why
 * - `cancelled`
 */
export const rejudgementItemStateSchema = z.enum([
  'waiting',
  'running',
  'done',
  'failed',
  'cancelled',
]);
export type RejudgementItemState = z.infer<typeof rejudgementItemStateSchema>;

/** Kept evidence of many jobs, judged again by workers. It changes no outcome. */
export const rejudgementSchema = z
  .object({
    ...ownedFields,
    id: idSchema,
    filter: filterSchema,
    verifierVersion: versionSchema.nullable(),
    /** Those that the filter meant then and that had a judgement. */
    jobCount: z.int().nonnegative(),
    /** Jobs by what has become of them. */
    states: z.record(rejudgementItemStateSchema, z.int().nonnegative()),
    /** Jobs whose new judgement is another one: another verdict, or other rules are violated. */
    changed: z.int().nonnegative(),
    createdAt: instantSchema,
    cancelledAt: instantSchema.nullable(),
    /** Null until no job waits and none is being judged. */
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'Rejudgement' });
export type Rejudgement = z.infer<typeof rejudgementSchema>;

/** One job of a rejudgement. */
export const rejudgementItemSchema = z
  .object({
    id: idSchema,
    jobId: idSchema,
    scenario: z.string(),
    seed: z.int().nonnegative(),
    state: rejudgementItemStateSchema,
    /** Why it failed. */
    message: z.string().nullable(),
    /** The judgement that decided the outcome. */
    before: judgementSchema,
    /** The new one; null until it is there. */
    after: judgementSchema.nullable(),
    /** Whether verdict or rules differ; null until that is known. */
    changed: z.boolean().nullable(),
    /** Rules that only the new judgement finds violated, and those that it does not any more. */
    gained: z.array(ruleNameSchema),
    lost: z.array(ruleNameSchema),
  })
  .meta({ id: 'RejudgementItem' });
export type RejudgementItem = z.infer<typeof rejudgementItemSchema>;
