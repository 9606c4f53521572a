import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-buckets.js';

describe('token buckets', () => {
  it('give what has flowed in, and say how long to wait', () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 3 });
    expect([0, 0, 0].map((now) => buckets.take('a', now))).toEqual([0, 0, 0]);
    expect(buckets.take('a', 0)).toBe(0.5);
    expect(buckets.take('a', 0.25)).toBe(0.25);
    expect(buckets.take('a', 0.5)).toBe(0);
    expect(buckets.take('b', 0.5)).toBe(0);
  });

  it('hold no more than fits in', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 2 });
    expect([0, 100, 100, 100].map((now) => buckets.take('a', now))).toEqual([0, 0, 0, 1]);
  });

  it('are forgotten from the one on that was asked least recently', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1, most: 2 });
    for (const key of ['a', 'b', 'a', 'c']) buckets.take(key, 0);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
    expect(buckets.take('b', 0)).toBe(0);
  });
});
