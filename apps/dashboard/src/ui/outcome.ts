import type { Job, JobState, OutcomeName } from '../app/api-types.js';

/** Shapes tell verdicts apart where colours do not. */
export type Shape =
  'circle' | 'triangle' | 'diamond' | 'square' | 'clock' | 'barred' | 'dashed' | 'ring' | 'half';

export type Tone = 'pass' | 'violation' | 'inconclusive' | 'error' | 'idle' | 'busy';

export interface Look {
  shape: Shape;
  tone: Tone;
  word: string;
}

/** In the order in which they are shown: what needs a look first. */
export const outcomeLooks: Readonly<Record<OutcomeName, Look>> = {
  violation: { shape: 'triangle', tone: 'violation', word: 'violation' },
  inconclusive: { shape: 'diamond', tone: 'inconclusive', word: 'inconclusive' },
  error: { shape: 'square', tone: 'error', word: 'error' },
  timeout: { shape: 'clock', tone: 'error', word: 'time-out' },
  pass: { shape: 'circle', tone: 'pass', word: 'pass' },
  cancelled: { shape: 'barred', tone: 'idle', word: 'cancelled' },
  skipped: { shape: 'dashed', tone: 'idle', word: 'skipped' },
};

export const outcomeNames = Object.keys(outcomeLooks) as OutcomeName[];

export const stateLooks: Readonly<Record<JobState, Look>> = {
  queued: { shape: 'ring', tone: 'idle', word: 'queued' },
  active: { shape: 'half', tone: 'busy', word: 'running' },
  cancelling: { shape: 'half', tone: 'idle', word: 'cancelling' },
  finished: { shape: 'circle', tone: 'idle', word: 'finished' },
};

/** How a job is: its outcome where it has one. */
export function lookOfJob({ state, outcome }: Pick<Job, 'state' | 'outcome'>): Look {
  return outcome === null ? stateLooks[state] : outcomeLooks[outcome.outcome];
}
