import { verdictValueSchema } from '@fenceline/contracts';
import type { Job } from './documents.js';

/** A job in a few words: `stuck-write, debian:6.1, seed 3`. */
export function jobName({ scenario, kernel, seed, repeat }: Job): string {
  return [
    scenario.name,
    ...(kernel === null ? [] : [kernel]),
    `seed ${seed}`,
    ...(repeat === 0 ? [] : [`repeat ${repeat + 1}`]),
  ].join(', ');
}

/** What a job came to, or where it is: `violation, NOT as expected`. */
export function outcomeWords({ state, outcome }: Pick<Job, 'state' | 'outcome'>): string {
  if (outcome === null) return state;
  return judgedWords(outcome.outcome, outcome.asExpected);
}

/** An outcome, and where it is a verdict whether it was expected. */
export function judgedWords(outcome: string, asExpected: boolean): string {
  if (!verdictValueSchema.safeParse(outcome).success) return outcome;
  return `${outcome}, ${asExpected ? 'as expected' : 'NOT as expected'}`;
}
