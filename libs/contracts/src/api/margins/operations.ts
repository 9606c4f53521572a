import { z } from 'zod';
import { profileNameSchema } from '../../verdict.js';
import { idSchema, instantSchema } from '../fields.js';
import { operation } from '../operation.js';
import { outcomeSchema } from '../states.js';

const ms = z.number().nullable();

/** The smallest margins of a judged job under the profile that decided; negative is a violation. */
export const marginPointSchema = z
  .object({
    jobId: idSchema,
    runId: idSchema,
    seed: z.int(),
    at: instantSchema,
    outcome: outcomeSchema,
    profile: profileNameSchema,
    /** Smallest first retry − host fence end, ms; null where nothing was retried. */
    firstRetryMs: ms,
    /** Smallest target fence end − last apply, ms; null where nothing was applied. */
    lastApplyMs: ms,
  })
  .meta({ id: 'MarginPoint' });
export type MarginPoint = z.infer<typeof marginPointSchema>;

export const marginSeriesSchema = z
  .object({
    scenario: z.string(),
    /** Null: those that the scenario names. */
    kernel: z.string().nullable(),
    /** Oldest first. */
    points: z.array(marginPointSchema),
  })
  .meta({ id: 'MarginSeries' });
export type MarginSeries = z.infer<typeof marginSeriesSchema>;

export const marginOperations = {
  list: operation({
    id: 'listMargins',
    tag: 'margins',
    method: 'GET',
    path: '/margins',
    access: 'read',
    summary: 'The smallest margins of the newest judged jobs, by scenario and kernel',
    query: z.object({
      scenario: z.string().min(1).max(100).optional(),
      runId: idSchema.optional(),
      /** How many judged jobs. */
      limit: z.coerce.number().int().min(1).max(1000).default(400),
    }),
    answer: z.object({ items: z.array(marginSeriesSchema) }).meta({ id: 'MarginSeriesList' }),
  }),
};
