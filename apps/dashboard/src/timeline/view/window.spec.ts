import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleOf } from './scale.js';
import { clamp, fit, pan, reveal, zoom } from './window.js';

const end = 50_000_000;
const windowArbitrary = fc
  .tuple(
    fc.double({ min: -1e7, max: 6e7, noNaN: true }),
    fc.double({ min: 0, max: 1e8, noNaN: true }),
  )
  .map(([from, span]) => clamp({ from, to: from + span }, end));

describe('a window', () => {
  it('stays within the recording, whatever is done to it', () => {
    const factor = fc.double({ min: 0.001, max: 1000, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(windowArbitrary, factor, share, (window, by, at) => {
        for (const { from, to } of [
          window,
          zoom(window, by, at, end),
          pan(window, by - 500, end),
        ]) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(end + 1e-6);
          expect(to - from).toBeGreaterThan(1.99);
        }
      }),
    );
  });

  it('keeps what is under the pointer where it is, as long as both ends leave room', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (by, at) => {
          const before = { from: 10_000_000, to: 20_000_000 };
          const after = zoom(before, by, at, end);
          const us = scaleOf(before, 800).us(at * 800);
          expect(scaleOf(after, 800).x(us)).toBeCloseTo(at * 800, 6);
        },
      ),
    );
  });

  it('is moved only where a moment is outside of it', () => {
    const window = { from: 1000, to: 2000 };
    expect(reveal(window, 1500, end)).toEqual(window);
    expect(reveal(window, 5000, end)).toEqual({ from: 4500, to: 5500 });
    expect(reveal(window, 0, end)).toEqual({ from: 0, to: 1000 });
  });

  it('fits a span with room around it, and a moment too', () => {
    expect(fit({ start: 1_000_000, end: 2_000_000 }, end)).toEqual({
      from: 880_000,
      to: 2_120_000,
    });
    expect(fit({ start: 5000, end: 5000 }, end)).toEqual({ from: 4000, to: 6000 });
  });
});

describe('a scale', () => {
  it('has its ends at the edges, and goes both ways', () => {
    const scale = scaleOf({ from: 100, to: 300 }, 400);
    expect([scale.x(100), scale.x(300), scale.us(200)]).toEqual([0, 400, 200]);
  });
});
