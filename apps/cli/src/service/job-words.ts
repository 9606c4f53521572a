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
  return isVerdict(outcome.outcome)
    ? `${outcome.outcome}, ${outcome.asExpected ? 'as expected' : 'NOT as expected'}`
    : outcome.outcome;
}

function isVerdict(outcome: string): boolean {
  return ['pass', 'violation', 'inconclusive'].includes(outcome);
}
