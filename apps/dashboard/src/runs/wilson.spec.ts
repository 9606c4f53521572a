import { describe, expect, it } from 'vitest';
import { differ, wilson } from './wilson.js';

describe("Wilson's interval", () => {
  // Brown, Cai and DasGupta (2001), and the closed form at the ends.
  it.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [5, 10, 0.2366, 0.7634],
    [1, 100, 0.0018, 0.0545],
    [1, 1, 0.2065, 1],
  ])('of %d of %d is %d to %d', (hits, tries, low, high) => {
    const rate = wilson(hits, tries)!;
    expect(rate.low).toBeCloseTo(low, 4);
    expect(rate.high).toBeCloseTo(high, 4);
    expect(rate.low).toBeLessThanOrEqual(rate.share);
    expect(rate.high).toBeGreaterThanOrEqual(rate.share);
  });

  it('is nothing where nothing was tried', () => expect(wilson(0, 0)).toBeNull());

  it('tells a difference from chance', () => {
    expect(differ(wilson(0, 20)!, wilson(20, 20)!)).toBe(true);
    expect(differ(wilson(0, 3)!, wilson(1, 3)!)).toBe(false);
  });
});
