import { twoTo32 } from './format.js';

const nsPerSecond = 1_000_000_000n;
const nanosecondsOfSecond = 1_000_000_000;

/**
 * The unit of an interface's time stamps (if_tsresol, 4.2): its high bit clear, it is 10^-n seconds, else
 * 2^-n seconds, n being the other seven bits.
 */
export class TimeUnit {
  /** Units in a second. */
  readonly perSecond: bigint;
  /** Whole nanoseconds of one unit, or 0 where it is no whole number of them. */
  readonly #factor: number;
  readonly #unitsOfSecond: number;
  /** The high word that `since` saw last, in whole seconds and the units beyond. */
  #high = -1;
  #highSeconds = 0;
  #highUnits = 0;

  constructor(resolution: number) {
    const exponent = BigInt(resolution & 0x7f);
    this.perSecond = resolution >= 0x80 ? 2n ** exponent : 10n ** exponent;
    this.#factor = nsPerSecond % this.perSecond === 0n ? Number(nsPerSecond / this.perSecond) : 0;
    this.#unitsOfSecond = Number(this.perSecond);
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

  /** Whole seconds of a time stamp. */
  wholeSeconds(high: number, low: number): number {
    const ticks = BigInt(high) * BigInt(twoTo32) + BigInt(low);
    return Number(ticks / this.perSecond);
  }

  /**
   * Nanoseconds of a time stamp since a second of its clock, rounded down; exact within 104 days of that
   * second, whenever it is: a date in nanoseconds is more than a plain number holds.
   */
  since(second: number, high: number, low: number): number {
    // Units finer than a nanosecond, which no capturing tool writes, may be more than a plain number holds.
    if (this.#factor === 0) {
      const ticks = BigInt(high) * BigInt(twoTo32) + BigInt(low);
      return Number((ticks * nsPerSecond) / this.perSecond - BigInt(second) * nsPerSecond);
    }
    if (high !== this.#high) {
      const ticks = BigInt(high) * BigInt(twoTo32);
      this.#high = high;
      this.#highSeconds = Number(ticks / this.perSecond);
      this.#highUnits = Number(ticks % this.perSecond);
    }
    const units = this.#highUnits + low;
    const seconds = Math.floor(units / this.#unitsOfSecond);
    const within = (units - seconds * this.#unitsOfSecond) * this.#factor;
    return (this.#highSeconds + seconds - second) * nanosecondsOfSecond + within;
  }
}
