export interface BucketOptions {
  /** What flows into each bucket. */
  perSecond: number;
  /** What fits into it, at least 1. */
  burst: number;
  /** Buckets that are kept at most. @defaultValue 10,000 */
  most?: number;
}

interface Bucket {
  level: number;
  /** When the level was that, seconds. */
  at: number;
}

/** A token bucket for each key, all of one size; the ones that were asked least recently are forgotten. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();
  private readonly most: number;

  constructor(private readonly options: BucketOptions) {
    this.most = options.most ?? 10_000;
  }

  /**
   * Takes one from the bucket of a key.
   *
   * @param now seconds, on a clock that does not go back
   * @returns 0, or how many seconds to wait where the bucket is empty
   */
  take(key: string, now: number): number {
    const { perSecond, burst } = this.options;
    const before = this.buckets.get(key) ?? { level: burst, at: now };
    const level = Math.min(burst, before.level + (now - before.at) * perSecond);
    const enough = level >= 1;
    // Back in at the end: the map is in the order of use.
    this.buckets.delete(key);
    this.buckets.set(key, { level: enough ? level - 1 : level, at: now });
    this.forget();
    return enough ? 0 : (1 - level) / perSecond;
  }

  private forget(): void {
    if (this.buckets.size <= this.most) return;
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined) this.buckets.delete(oldest);
  }
}
