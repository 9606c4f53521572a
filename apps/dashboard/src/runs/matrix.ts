import type { RunCell, RunDetail } from '../app/api-types.js';
import { differ, wilson, type Rate } from './wilson.js';

/** A run as rows of scenarios and columns of kernels. */
export interface Matrix {
  /** Null: the kernels that the scenario names. */
  kernels: (string | null)[];
  rows: { hash: string; name: string; cells: (RunCell | null)[] }[];
}

/** Puts the cells of a run into the order in which it was submitted. */
export function matrixOf(cells: readonly RunCell[], spec: RunDetail['spec']): Matrix {
  const kernels: (string | null)[] = spec.kernels.length === 0 ? [null] : spec.kernels;
  // What a rerun of some jobs alone was not submitted with is not there.
  const scenarios = spec.scenarios.filter(({ hash }) =>
    cells.some(({ scenario }) => scenario.hash === hash),
  );
  return {
    kernels: kernels.filter((kernel) => cells.some((cell) => cell.kernel === kernel)),
    rows: scenarios.map(({ hash, name }) => ({
      hash,
      name,
      cells: kernels
        .filter((kernel) => cells.some((cell) => cell.kernel === kernel))
        .map(
          (kernel) =>
            cells.find((cell) => cell.scenario.hash === hash && cell.kernel === kernel) ?? null,
        ),
    })),
  };
}

/** How often a cell's judged jobs violate; jobs without a verdict, or with none that is sure, say nothing. */
export function violationRate({ progress: { outcomes } }: RunCell): Rate | null {
  const violations = outcomes['violation'] ?? 0;
  return wilson(violations, violations + (outcomes['pass'] ?? 0));
}

export type Difference =
  /** There is nothing to compare with. */
  | 'alone'
  | 'same'
  /** Other counts, as chance may have it. */
  | 'within-chance'
  /** Rates whose ranges have nothing in common, or something that only one of the two has in all of its jobs. */
  | 'differs';

/** Compares a cell with that of the same scenario and kernel in another run. */
export function compareCells(ours: RunCell, theirs: RunCell | undefined): Difference {
  if (theirs === undefined) return 'alone';
  const [here, there] = [violationRate(ours), violationRate(theirs)];
  if (here === null || there === null) return here === there ? 'same' : 'within-chance';
  if (differ(here, there)) return 'differs';
  return here.share === there.share ? 'same' : 'within-chance';
}

/** The cell of another run with the same scenario, by name, and the same kernel. */
export function counterpart(ours: RunCell, others: readonly RunCell[]): RunCell | undefined {
  return others.find(
    ({ scenario, kernel }) => scenario.name === ours.scenario.name && kernel === ours.kernel,
  );
}
