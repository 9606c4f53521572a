import { z } from 'zod';
import { labDriverSchema } from '../../manifest.js';
import { kernelSchema } from '../../scenario/text/fields.js';
import { labelSchema, sha256Schema } from '../fields.js';
import { scenarioTextLimit } from '../scenarios/operations.js';

/** The most jobs of one run. */
export const runJobLimit = 10_000;

/** The largest seed: 32 bits. */
const seedLimit = 0xffff_ffff;

const seedSchema = z.int().min(0).max(seedLimit);

function unique<Item extends z.ZodType>(item: Item) {
  return z.array(item).refine((list) => new Set(list).size === list.length, {
    error: 'has something twice',
  });
}

/** Seeds one by one, or so many from one on. */
export const seedsSchema = z
  .union([
    unique(seedSchema).min(1).max(runJobLimit),
    z
      .strictObject({
        from: seedSchema,
        count: z
          .int()
          .min(1)
          .max(seedLimit + 1),
      })
      .refine(({ from, count }) => from + count - 1 <= seedLimit, {
        error: `ends beyond ${seedLimit}, the largest seed`,
        path: ['count'],
      }),
  ])
  .meta({ id: 'Seeds' });
export type Seeds = z.infer<typeof seedsSchema>;

/** A scenario that is stored, or the text of one, which is stored then. */
const scenarioGivenSchema = z.union([
  z.strictObject({ hash: sha256Schema }),
  z.strictObject({ text: z.string().min(1).max(scenarioTextLimit) }),
]);

/** Which workers may take the jobs, beyond the memory and cores that their VMs need. */
export const wantsSchema = z.strictObject({
  /** Null: either. A simulated lab needs none. */
  accelerator: z.enum(['kvm', 'tcg']).nullable().default(null),
  /** A worker has all of these labels. */
  workerLabels: unique(labelSchema).max(20).default([]),
});

/** Priorities lie between this and its negative. */
export const mostPriority = 100;

/** Priorities: higher goes first. */
export const prioritySchema = z.int().min(-mostPriority).max(mostPriority);

/** All fields of a matrix but the scenarios, without defaults. */
const matrixFields = {
  /** Each takes the place of every kernel that a scenario names. None: as the scenarios say. */
  kernels: unique(kernelSchema).max(100),
  seeds: seedsSchema,
  /** How often each scenario, kernel and seed is run. */
  repeats: z.int().min(1).max(runJobLimit),
  driver: labDriverSchema,
  /** To find jobs by. */
  labels: unique(labelSchema).max(20),
  priority: prioritySchema,
  /** Bound on one attempt. */
  timeoutSeconds: z
    .int()
    .min(1)
    .max(24 * 3600),
  wants: wantsSchema,
};

const nameSchema = z.string().min(1).max(200);
const scenariosGivenSchema = z.array(scenarioGivenSchema).min(1).max(200);

/** A run to be: scenarios × kernels × seeds × repeats, a job each. */
export const newRunSchema = z
  .strictObject({
    /** Default: the names of the scenarios. */
    name: nameSchema.optional(),
    scenarios: scenariosGivenSchema,
    kernels: matrixFields.kernels.default([]),
    seeds: matrixFields.seeds.default([1]),
    repeats: matrixFields.repeats.default(1),
    driver: matrixFields.driver.default('qemu'),
    labels: matrixFields.labels.default([]),
    priority: matrixFields.priority.default(0),
    timeoutSeconds: matrixFields.timeoutSeconds.default(1800),
    wants: matrixFields.wants.prefault({}),
  })
  .meta({ id: 'NewRun' });
export type NewRun = z.infer<typeof newRunSchema>;

/** What differs in a clone; the rest is as in the run that it is made from. */
export const runChangesSchema = z
  .strictObject({ name: nameSchema, scenarios: scenariosGivenSchema, ...matrixFields })
  .partial()
  .meta({ id: 'RunChanges' });
export type RunChanges = z.infer<typeof runChangesSchema>;

/** What a run was submitted as, its scenarios by hash. */
export const runSpecSchema = z
  .strictObject({
    scenarios: z.array(z.strictObject({ hash: sha256Schema, name: z.string() })),
    ...matrixFields,
  })
  .meta({ id: 'RunSpec' });
export type RunSpec = z.infer<typeof runSpecSchema>;
