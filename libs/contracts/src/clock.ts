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

/** Nanoseconds in a millisecond. */
export const NS_PER_MS = 1_000_000;

/** Nanoseconds in a second. */
export const NS_PER_S = 1_000_000_000;
