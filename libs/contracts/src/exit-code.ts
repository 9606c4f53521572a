/** Exit codes of `fenceline run`: stable. */
export const ExitCode = {
  /** All as expected. */
  asExpected: 0,
  /** A violation that is not expected, or another verdict than the expected one. */
  notAsExpected: 1,
  inconclusive: 2,
  /** The lab broke, a bound passed, or the run was cancelled. */
  error: 3,
  /** The violation that a control expects is absent. */
  controlFailed: 4,
  usage: 64,
  serviceUnreachable: 69,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * Exit code of a program of the service that would end in the same way again: whoever starts it must not, before somebody has
 * mended what its last words say. (EX_CONFIG of sysexits.h.)
 */
export const endedForGood = 78;

const worstFirst: readonly ExitCode[] = [64, 69, 3, 4, 1, 2, 0];

/** The exit code of several scenarios: the worst one, in the order 64, 69, 3, 4, 1, 2, 0. */
export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes);
  return worstFirst.find((code) => seen.has(code)) ?? ExitCode.asExpected;
}
