import { z } from 'zod';
import { findingSchema, harmSchema, ruleNameSchema } from '../../verdict.js';
import { idSchema, instantSchema } from '../fields.js';
import { operation } from '../operation.js';

/** The most judged violations that one answer looks at. */
export const findingsLookBack = 1000;
/** The most jobs that a group names. */
export const jobsOfGroupLimit = 20;

const count = z.int().nonnegative();

/** Findings of several jobs that are one story: the same rule, scenario and order of events. */
export const findingGroupSchema = z
  .object({
    /** Of rule, scenario and order: the same each time. */
    key: z.string(),
    rule: ruleNameSchema,
    scenario: z.string(),
    blame: findingSchema.shape.blame,
    /** The worst of all. */
    harm: harmSchema.nullable(),
    /** What happened, step by step, without numbers of commands, blocks and times. */
    order: z.array(z.string()),
    /** Of the newest finding. */
    sentence: z.string(),
    findings: count,
    jobs: count,
    /** Jobs whose outcome was not as expected. */
    notAsExpected: count,
    firstAt: instantSchema,
    lastAt: instantSchema,
    /** Most jobs first. */
    kernels: z.array(z.object({ kernel: z.string(), jobs: count })),
    /** The newest ones. */
    newest: z.array(
      z.object({
        jobId: idSchema,
        runId: idSchema,
        seed: z.int(),
        kernel: z.string(),
        asExpected: z.boolean(),
        at: instantSchema,
      }),
    ),
  })
  .meta({ id: 'FindingGroup' });
export type FindingGroup = z.infer<typeof findingGroupSchema>;

export const findingOperations = {
  list: operation({
    id: 'listFindings',
    tag: 'findings',
    method: 'GET',
    path: '/findings',
    access: 'read',
    summary:
      'Findings of the newest judged violations, grouped by rule, scenario and order of events; newest group first',
    query: z.object({
      rule: ruleNameSchema.optional(),
      scenario: z.string().min(1).max(100).optional(),
      kernel: z.string().min(1).max(100).optional(),
      /** `false`: of jobs whose outcome is not as expected. */
      asExpected: z
        .enum(['true', 'false'])
        .transform((text) => text === 'true')
        .optional(),
    }),
    answer: z
      .object({
        items: z.array(findingGroupSchema),
        /** Judged violations that were looked at. */
        lookedAt: count,
        /** There are older ones, which were not. */
        more: z.boolean(),
      })
      .meta({ id: 'FindingGroups' }),
  }),
};
