import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticks } from './ticks.js';
import { durationText, exactMs, timeText } from './time-text.js';

describe('ticks', () => {
  it('are within the window, not too near to each other, and differ in their labels', () => {
    const from = fc.double({ min: 0, max: 1e9, noNaN: true });
    const span = fc.double({ min: 2, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(from, span, fc.integer({ min: 200, max: 4000 }), (start, length, width) => {
        const window = { from: start, to: start + length };
        const found = ticks(window, width, 90);
        for (const { t } of found) {
          expect(t).toBeGreaterThanOrEqual(start - 1e-6);
          expect(t).toBeLessThanOrEqual(window.to + 1e-6);
        }
        expect(found.length).toBeLessThanOrEqual(width / 90 + 2);
        expect(new Set(found.map(({ label }) => label)).size).toBe(found.length);
      }),
    );
  });

  it('are round, in s or in ms', () => {
    const label = ({ label }: { label: string }) => label;
    expect(ticks({ from: 0, to: 3e6 }, 400, 90).map(label)).toEqual(['0 s', '1 s', '2 s', '3 s']);
    expect(ticks({ from: 7e6, to: 7.003e6 }, 400, 90).map(label)).toEqual([
      ...['7,000 ms', '7,001 ms', '7,002 ms', '7,003 ms'],
    ]);
  });
});

describe('times as text', () => {
  it('are exact to the nanosecond where that is asked for', () => {
    expect(exactMs(7_581_258.07)).toBe('7,581.258 070 ms');
    expect(exactMs(0.001)).toBe('0.000 001 ms');
  });

  it('have a unit in which they are small', () => {
    expect([47.15, 2135, 6_580_000].map(durationText)).toEqual([
      '47.150 µs',
      '2.135 ms',
      '6.580 s',
    ]);
    expect(timeText(1_234_567, 10)).toBe('1,234.57 ms');
  });
});
