import { ruleNameSchema, type RuleName } from '@fenceline/contracts';
import {
  jobStateSchema,
  outcomeSchema,
  type JobState,
  type OutcomeName,
} from '@fenceline/contracts/api';
import { InvalidArgumentError, Option } from 'commander';

/** Which jobs are meant, as options say it. */
export interface JobFilterOptions {
  run?: string;
  state?: JobState;
  outcome?: OutcomeName;
  failed: boolean;
  rule?: RuleName;
  kernel?: string;
  scenario?: string;
  label?: string;
  owner?: string;
  from?: string;
  to?: string;
  text?: string;
}

/** Options that say which jobs are meant: several together mean jobs that have all of it. */
export const jobFilterOptions = (): Option[] => [
  new Option('--run <id>', 'of this run'),
  new Option('--state <state>').choices(jobStateSchema.options),
  new Option('--outcome <outcome>').choices(outcomeSchema.options),
  new Option('--failed', 'finished, and not as expected').default(false),
  new Option('--rule <rule>', 'that the outcome violates').choices(ruleNameSchema.options),
  new Option('--kernel <name>', 'that took the place of those of the scenario'),
  new Option('--scenario <name>'),
  new Option('--label <label>'),
  new Option('--owner <name>'),
  new Option('--from <time>', 'submitted then or later, ISO 8601').argParser(parseInstant),
  new Option('--to <time>', 'submitted before then').argParser(parseInstant),
  new Option('--text <part>', "a part of the scenario's name"),
];

/** The filter of the API, but for whether the outcome is as expected: that is `failed`. */
export function jobFilterOf({ run, ...options }: Omit<JobFilterOptions, 'failed'>) {
  return { ...options, ...(run !== undefined && { runId: run }) };
}

function parseInstant(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('a time such as 2026-11-26 is needed.');
  return new Date(time).toISOString();
}
