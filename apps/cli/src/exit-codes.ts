/** The exit codes of `run`, `validate` and the rest, as docs/settings.md lists them. */
export const ExitCode = {
  asExpected: 0,
  unexpectedViolation: 1,
  inconclusive: 2,
  /** The lab or the machine broke, a time-out, or cancelled: never a verdict. */
  error: 3,
  /** A scenario declared a control did not show the violation that it expects. */
  controlFailed: 4,
  usage: 64,
  unavailable: 69,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** From the worst to the best: what went wrong with the tool hides what went wrong with the kernels. */
const worstFirst: readonly ExitCode[] = [
  ExitCode.usage,
  ExitCode.unavailable,
  ExitCode.error,
  ExitCode.controlFailed,
  ExitCode.unexpectedViolation,
  ExitCode.inconclusive,
  ExitCode.asExpected,
];

/** The code of several runs together: the worst of theirs; 0 for none. */
export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes);
  return worstFirst.find((code) => seen.has(code)) ?? ExitCode.asExpected;
}
