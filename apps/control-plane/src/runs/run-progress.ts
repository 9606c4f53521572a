import { worstExitCode, type ExitCode } from '@fenceline/contracts';
import {
  jobStateSchema,
  outcomeSchema,
  type JobState,
  type OutcomeName,
  type RunProgress,
} from '@fenceline/contracts/api';

/** So many jobs of a run are in this state, with this outcome. */
export interface JobCount {
  state: JobState;
  outcome: OutcomeName | null;
  as_expected: boolean | null;
  exit_code: ExitCode | null;
  count: number;
}

/** Sums up the jobs of a run. */
export function runProgress(counts: readonly JobCount[]): RunProgress {
  const sum = (meant: (one: JobCount) => boolean) =>
    counts.filter(meant).reduce((total, { count }) => total + count, 0);
  const unfinished = sum(({ state }) => state !== 'finished');
  return {
    states: byName(jobStateSchema.options, (name) => sum(({ state }) => state === name)),
    outcomes: byName(outcomeSchema.options, (name) => sum(({ outcome }) => outcome === name)),
    notAsExpected: sum(({ as_expected }) => as_expected === false),
    exitCode:
      unfinished > 0 ? null : worstExitCode(counts.flatMap(({ exit_code }) => exit_code ?? [])),
  };
}

function byName<Name extends string>(
  names: readonly Name[],
  count: (name: Name) => number,
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, count(name)])) as Record<Name, number>;
}
