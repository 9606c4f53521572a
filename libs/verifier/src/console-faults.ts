/** What a kernel prints when something is wrong with it. The first pattern that a line matches names it. */
export interface ConsoleFault {
  name: string;
  pattern: RegExp;
  /**
   * The kernel complains of time that passed without progress. A guest that did not get the processor says
   * so too, without fault of its own: see `Stall`.
   */
  stall: Stall | null;
}

/** When a complaint of lost time counts: where the VM waited for the processor for less than `toleranceNs` within the `windowNs` before. */
export interface Stall {
  windowNs: number;
  toleranceNs: number;
}

/** Detectors that look at tens of seconds. */
const seconds: Stall = { windowNs: 40e9, toleranceNs: 1e9 };
/** The clock source watchdog compares two clocks, each half second, to 100 µs or less. */
const microseconds: Stall = { windowNs: 2e9, toleranceNs: 50e3 };

const fault = (name: string, pattern: RegExp): ConsoleFault => ({ name, pattern, stall: null });
const stall = (name: string, pattern: RegExp, limits = seconds): ConsoleFault => ({
  name,
  pattern,
  stall: limits,
});

/** In the order in which they are tried: the particular ones before the general ones. */
export const consoleFaults: readonly ConsoleFault[] = [
  stall('RCU stall', /\brcu\b.*\b(self-detected stall|detected stalls|detected expedited stalls)/),
  stall('soft lockup', /\bBUG: soft lockup\b/),
  stall('workqueue lockup', /\bBUG: workqueue lockup\b/),
  stall('hard lockup', /\bhard LOCKUP\b/),
  stall('clocksource', /\bclocksource: .*(unstable|[Ll]ong readout interval|skewed)/, microseconds),
  fault('KASAN', /\bBUG: KASAN:/),
  fault('KFENCE', /\bBUG: KFENCE:/),
  fault('KMSAN', /\bBUG: KMSAN:/),
  fault('KCSAN', /\bBUG: KCSAN:/),
  fault('UBSAN', /\bUBSAN:/),
  fault(
    'lockdep',
    /\bWARNING: (possible (circular locking|recursive locking|irq lock inversion)|inconsistent lock state|bad unlock balance|suspicious RCU usage|held lock freed|lock held when returning|.*-unsafe lock order detected)/,
  ),
  fault('lockdep', /\bBUG: (MAX_\w+ too low|Invalid wait context|held lock freed)|\[ BUG: /),
  fault('kmemleak', /\bkmemleak: \d+ new suspected memory leaks?\b/),
  fault('refcount', /\brefcount_t: /),
  fault('list corruption', /\blist_(add|del)\S* corruption\b/),
  fault('hung task', /\bINFO: task .+ blocked (.* )?for more than \d+ seconds/),
  fault('general protection fault', /\bgeneral protection fault\b/),
  fault('panic', /\bKernel panic - not syncing\b/),
  fault('BUG', /\b(kernel )?BUG(: | at )/),
  // Newer kernels name the place first and the processor last.
  fault('WARNING', /\bWARNING: (CPU: \d+ PID: \d+ at |(\S+:\d+ )?at )/),
  fault('oops', /\bOops: /),
];

/** The fault that a console line tells of, or undefined for a clean line. */
export function faultOf(line: string): ConsoleFault | undefined {
  return consoleFaults.find(({ pattern }) => pattern.test(line));
}
