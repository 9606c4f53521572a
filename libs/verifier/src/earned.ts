import { exerciseNameSchema } from '@fenceline/contracts';
import type { ExerciseCounters } from './exercised.js';
import { never, type History } from '@fenceline/history';
import type { JudgeInput } from './input.js';
import { count, inMs } from './sentences.js';
import { experimentOf } from './usable-paths.js';

/** A recorder that was late by so much did not forward frames in time: the lab disturbed its own experiment. */
const disturbingStallNs = 1e9;

/**
 * What keeps a run without findings from being a pass: no I/O at all, an exercise not met, a step that did not fire, a drain
 * or read-back that did not come to its end, a lab that stood still, a workload that failed for no reason seen.
 */
export function whatKeepsFromPass(
  history: History,
  input: JudgeInput,
  counters: ExerciseCounters,
): string[] {
  return [
    ...nothingDone(history),
    ...exerciseNotMet(input.exercise, counters),
    ...stepsNotFired(history, input.steps),
    ...eventsAgainst(history, input),
    ...standstills(history),
  ];
}

/** The host's own scan of partitions before the workload, and the read-back behind it, are no exercise. */
function nothingDone(history: History): string[] {
  const { start, end } = workloadSpan(history);
  const done = history.commands.some(
    ({ op, sentAt, answeredAt }) =>
      op !== 'other' && answeredAt !== never && sentAt >= start && sentAt <= end,
  );
  return done ? [] : ['no I/O of a workload was answered: there is nothing to judge'];
}

function exerciseNotMet(exercise: JudgeInput['exercise'], counters: ExerciseCounters): string[] {
  const reasons: string[] = [];
  for (const name of exerciseNameSchema.options) {
    const wanted = exercise[name];
    const seen = counters[name];
    if (wanted !== undefined && seen < wanted) {
      reasons.push(`the exercise was not met: ${name} wanted at least ${wanted}, seen ${seen}`);
    }
  }
  return reasons;
}

function stepsNotFired(history: History, steps: JudgeInput['steps']): string[] {
  const becauseOf = new Map<number, string>();
  steps.forEach((_, index) => becauseOf.set(index, 'the run ended before it'));
  for (const event of history.events) {
    if (event.kind !== 'step') continue;
    if (event.fired) becauseOf.delete(event.index);
    else becauseOf.set(event.index, event.because);
  }
  return [...becauseOf].flatMap(([index, because]) => {
    const step = steps[index];
    if (step?.optional === true) return [];
    const described = step === undefined ? '' : ` (${step.describe})`;
    return [`step ${index + 1} of the timeline did not fire${described}: ${because}`];
  });
}

function eventsAgainst(history: History, input: JudgeInput): string[] {
  const reasons: string[] = [];
  for (const event of history.events) {
    if (event.kind === 'drained') {
      if (!event.ok) {
        reasons.push(
          `the drain did not end within its bound: ${count(event.pending, 'write')} still pending`,
        );
      }
    } else if (event.kind === 'read-back' && !event.ok) {
      const said = event.message === undefined ? '' : `: ${event.message}`;
      reasons.push(
        `the blocks could not be read back by ${event.host} over path ${event.path}${said}`,
      );
    } else if (event.kind === 'vm-lost') {
      reasons.push(`the VM ${event.vm} was lost: ${event.message}`);
    } else if (event.kind === 'workload-end') {
      const failed = event.exitCode !== 0 && !event.stopped;
      if (failed && !(event.errors > 0 && input.allowIoErrors)) {
        const said = event.message === undefined ? '' : `: ${event.message}`;
        reasons.push(
          `the workload ${event.job} on ${event.host} failed (exit ${event.exitCode ?? 'by signal'})${said}`,
        );
      }
    }
  }
  if (!history.events.some(({ kind }) => kind === 'drained'))
    reasons.push('the run did not end by draining');
  return reasons;
}

/** From the first workload's start to the end of the drain: faults and fences lie between. */
function workloadSpan(history: History): { start: number; end: number } {
  const drained = history.events.find(({ kind }) => kind === 'drained');
  return { start: experimentOf(history).from, end: drained?.t ?? never };
}

function standstills(history: History): string[] {
  const { start, end } = workloadSpan(history);
  return history.events.flatMap((event) =>
    event.kind === 'stall' &&
    event.ns >= disturbingStallNs &&
    event.t >= start &&
    event.t - event.ns <= end
      ? [`the recorder stood still for ${inMs(event.ns)} until ${inMs(event.t)}`]
      : [],
  );
}
