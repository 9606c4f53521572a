import { twoTo32 } from './format.js';

const nsPerSecond = 1_000_000_000n;

/**
 * The unit of an interface's time stamps (if_tsresol, 4.2): its high bit clear, it is 10^-n seconds, else
 * 2^-n seconds, n being the other seven bits.
 */
export class TimeUnit {
  /** Units in a second. */
  readonly perSecond: bigint;
  /** Whole nanoseconds of one unit, or 0 where it is no whole number of them. */
  readonly #factor: number;

  constructor(resolution: number) {
    const exponent = BigInt(resolution & 0x7f);
    this.perSecond = resolution >= 0x80 ? 2n ** exponent : 10n ** exponent;
    this.#factor = nsPerSecond % this.perSecond === 0n ? Number(nsPerSecond / this.perSecond) : 0;
  }

  /**
   * Nanoseconds of a time stamp's two words, rounded down; exact as long as a plain number can be, which
   * is 104 days.
   */
  toNanoseconds(high: number, low: number): number {
    if (this.#factor !== 0) {
      const t = (high * twoTo32 + low) * this.#factor;
      if (t <= Number.MAX_SAFE_INTEGER) return t;
    }
    const ticks = BigInt(high) * BigInt(twoTo32) + BigInt(low);
    return Number((ticks * nsPerSecond) / this.perSecond);
  }
}
