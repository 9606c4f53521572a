/**
 * The lab's clock: monotonic, one per lab process, zero when the lab started.
 *
 * Every time in a recording is read from it, in whole nanoseconds as a plain number
 * (exact up to 104 days), and no other clock is ever compared with it.
 */
export interface Clock {
  /** Nanoseconds since the lab started. */
  now(): number;
}

/** A clock with timers of its own: the machine's time, or virtual time in a simulated lab. */
export interface Scheduler extends Clock {
  /**
   * Calls `callback` once, when the clock has reached `t` (ns; a time that has passed counts as now), never before
   * this call returns. Callbacks of one moment run in the order in which they were asked for.
   *
   * @returns what cancels the call; it may be called at any time
   */
  at(t: number, callback: () => void): () => void;
}

/** Nanoseconds in a millisecond. */
export const NS_PER_MS = 1_000_000;

/** Nanoseconds in a second. */
export const NS_PER_S = 1_000_000_000;
