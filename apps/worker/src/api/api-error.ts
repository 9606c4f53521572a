import type { ProblemType } from '@fenceline/contracts/api';

/** The service could not be reached, or cannot answer now: the same request may go well later. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

/** The service understood, and said no. */
export class Refused extends Error {
  override name = 'Refused';

  constructor(
    /** Name of the problem, e.g. `superseded`. */
    readonly problem: ProblemType,
    detail: string,
  ) {
    super(detail);
  }
}

/** Whether an error is the refusal with that problem. */
export function isRefused(error: unknown, ...problems: ProblemType[]): boolean {
  return error instanceof Refused && problems.includes(error.problem);
}
