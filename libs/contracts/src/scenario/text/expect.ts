import { z } from 'zod';
import { profileNameSchema, ruleNameSchema, verdictValueSchema } from '../../verdict.js';
import { exerciseNameSchema, type ExerciseName } from '../model.js';
import { scenarioLimits } from '../limits.js';

/** What must have happened for a pass, and which verdict is expected. */

/** What each counter counts, in the words of the rules. */
export const exerciseMeanings: Readonly<Record<ExerciseName, string>> = {
  outstanding:
    'Writes that were outstanding (sent, no answer delivered) when their association was given up.',
  completeUnapplied:
    'Of the outstanding writes: those complete at the target (every byte of the command and every earlier ' +
    'byte of its connection was delivered) and not applied. Only these can still land.',
  retriedEarly:
    'Of the outstanding writes: those sent again on another association before the host fence end, ' +
    'under the deciding profile.',
  couldLand: 'Of those retried early: complete and unapplied when the retry was sent.',
  landedLate: 'Writes that were applied after their own retry was sent.',
  held: 'Writes that a hold of the backend held.',
  appliedUnanswered:
    'Writes that were applied while no answer to them was delivered when their association was given up.',
  writesPerPath:
    'Writes that were answered with success on each path: the path with the fewest counts.',
  overlappingWrites:
    'Writes to a block that began (first command sent) while another write to that block was not closed.',
  giveUps: 'Associations that a host gave up.',
  resumedAfterCcr:
    'Associations that a host gave up, and of which it sent the outstanding writes again only after CCR success ' +
    'had ended the fence.',
  resumedAfterTime:
    'Associations that a host gave up, and of which it sent the outstanding writes again only after the fence ' +
    'had ended by its time.',
  splitWrites: 'Writes whose blocks the node applied by several requests.',
  mergedApplies: 'Applied requests that join the blocks of several writes.',
};

const minimum = (name: ExerciseName) =>
  z.int().min(0).max(scenarioLimits.count).optional().describe(exerciseMeanings[name]);

const counters: Record<ExerciseName, ReturnType<typeof minimum>> = {
  outstanding: minimum('outstanding'),
  completeUnapplied: minimum('completeUnapplied'),
  retriedEarly: minimum('retriedEarly'),
  couldLand: minimum('couldLand'),
  landedLate: minimum('landedLate'),
  held: minimum('held'),
  appliedUnanswered: minimum('appliedUnanswered'),
  writesPerPath: minimum('writesPerPath'),
  overlappingWrites: minimum('overlappingWrites'),
  giveUps: minimum('giveUps'),
  resumedAfterCcr: minimum('resumedAfterCcr'),
  resumedAfterTime: minimum('resumedAfterTime'),
  splitWrites: minimum('splitWrites'),
  mergedApplies: minimum('mergedApplies'),
};

export const exerciseTextSchema = z.strictObject(counters).default({ completeUnapplied: 1 });

/** Names of the counters, for who builds a scenario by program. */
export const exerciseNames = exerciseNameSchema.options;

const capability = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: 'is not the name of a capability' })
  .meta({ title: 'capability', examples: ['ccr', 'cqt'] });

export const expectTextSchema = z.strictObject({
  capability: z
    .union([capability, z.array(capability).min(1)])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional()
    .describe(
      'What all hosts and nodes must be able to do for this entry to match: one or several. ' +
        'Default: the entry always matches.',
    ),
  verdict: verdictValueSchema.describe('Verdict that is expected.'),
  profile: profileNameSchema.default('cqt-zero-10s').describe('Profile that decides the verdict.'),
  violates: z
    .array(ruleNameSchema.meta({ title: 'rule' }))
    .default([])
    .describe('Rules that must be violated: at least these.'),
  never: z
    .array(z.enum([...ruleNameSchema.options, '*others']).meta({ title: 'rule or `*others`' }))
    .default([])
    .describe(
      'Rules that must not be violated. `*others` (in quotes) stands for all that `violates` does not name.',
    ),
  under: z
    .strictObject({
      'cqt-zero-10s': verdictValueSchema.optional().describe('A CQT of 0 is a hold of 10 s.'),
      'cqt-zero-immediate': verdictValueSchema
        .optional()
        .describe('A CQT of 0 asks for no hold at all.'),
      'tp4129-strict': verdictValueSchema.optional().describe('A CQT of 0 is counted as 0.'),
    } satisfies Record<z.output<typeof profileNameSchema>, z.ZodType>)
    .default({})
    .describe('Verdicts that are expected under the other profiles.'),
});
