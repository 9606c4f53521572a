import { z } from 'zod';
import { scenarioLimits } from '../limits.js';
import { exerciseTextSchema, expectTextSchema } from './expect.js';
import { duration } from './fields.js';
import { stepTextSchema } from './timeline.js';
import {
  arrayTextSchema,
  hostsTextSchema,
  linksTextSchema,
  subsystemTextSchema,
} from './topology.js';
import { workloadTextSchema } from './workload.js';

export const boundsTextSchema = z.strictObject({
  boot: duration({ min: 1_000 }).prefault('60s').describe('Until every VM answers.'),
  connect: duration({ min: 1_000 }).prefault('30s').describe('Until every path is live.'),
  run: duration({ min: 1_000 })
    .prefault('120s')
    .describe('From the workload’s start until it has ended and the timeline is done.'),
  drain: duration({ min: 1_000 })
    .prefault('30s')
    .describe(
      'Until no command is complete and unapplied and the backend has been silent for 2 s. ' +
        'When it passes first, the verdict is inconclusive.',
    ),
});

/** The fields of a scenario file, version 1, with their units as people write them. */
export const scenarioTextSchema = z.strictObject({
  fenceline: z
    .literal(1, { error: 'is not a version that this program reads' })
    .describe('Version of the format: 1.'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      error: 'is not a name: at most 64 letters, digits, `-`, `_` or `.`, a letter or digit first',
    })
    .meta({ examples: ['stuck-write'] })
    .describe('Name of the scenario. It becomes part of the evidence’s folder.'),
  description: z
    .string()
    .max(scenarioLimits.descriptionCharacters)
    .default('')
    .describe('What the scenario shows, for reports.'),
  subsystem: subsystemTextSchema.prefault({}).describe('What the array presents to its hosts.'),
  array: arrayTextSchema.describe('The array under test.'),
  hosts: hostsTextSchema.describe('The hosts under test by name: VMs with an initiator.'),
  links: linksTextSchema.describe(
    'The cables by name. Each is a path, between a port of a host and a port of a node: the host connects over ' +
      'it. Or it joins two reference nodes.',
  ),
  workload: z
    .array(workloadTextSchema)
    .min(1)
    .max(scenarioLimits.workloads)
    .describe('What the hosts do: fio jobs, started together once every path is live.'),
  timeline: z
    .array(stepTextSchema)
    .max(scenarioLimits.steps)
    .prefault([])
    .describe(
      'The faults and other actions: steps that run one after another in the order written. ' +
        'A step with none of `at`, `after` and `when` fires right after the step before.',
    ),
  exercise: exerciseTextSchema.describe(
    'What must have happened for a pass: counters with their minimum. Where one is not reached, a pass ' +
      'becomes inconclusive. What is written here takes the place of the default; `{}` asks for nothing.',
  ),
  expect: z
    .array(expectTextSchema)
    .min(1)
    .max(scenarioLimits.expectations)
    .prefault([{ verdict: 'pass' }])
    .describe(
      'Which outcome is as expected. The first entry whose capabilities the kernels have decides; ' +
        'where none matches, the scenario is skipped.',
    ),
  control: z
    .boolean()
    .default(false)
    .describe(
      'The expected violation proves that the instruments see one: when it is absent, the exit code is 4.',
    ),
  bounds: boundsTextSchema
    .prefault({})
    .describe('How long each phase may last. A bound that passes ends the run.'),
  allow: z
    .strictObject({
      ioErrors: z
        .boolean()
        .default(false)
        .describe('The application may see I/O errors: no-io-error is then not violated by them.'),
    })
    .prefault({})
    .describe('What is not held against the system under test.'),
});
export type ScenarioText = z.output<typeof scenarioTextSchema>;
