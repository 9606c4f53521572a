import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SentWindow } from './sent-window.js';

describe('SentWindow', () => {
  it('finds the first byte that differs from what was sent first', () => {
    const window = new SentWindow();
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) & 0xff);
    window.append(bytes, 0, 100_000);
    window.append(bytes, 100_000, 200_000);
    expect(window.firstDifference(150, bytes, 150, 190_000)).toBe(-1);
    const changed = bytes.slice();
    changed[120_003]! ^= 1;
    expect(window.firstDifference(120_000, changed, 120_000, 121_000)).toBe(120_003);
  });

  it('compares only what is kept', () => {
    const window = new SentWindow();
    window.append(new Uint8Array(100), 0, 100);
    window.release(50);
    const other = new Uint8Array(200).fill(1);
    expect(window.firstDifference(0, other, 0, 50)).toBe(-1);
    expect(window.firstDifference(0, other, 0, 200)).toBe(50);
    expect(window.firstDifference(100, other, 0, 50)).toBe(-1);
  });

  it('keeps no memory before a byte was sent, and little for a few', () => {
    const before = process.memoryUsage().arrayBuffers;
    const windows = Array.from({ length: 1000 }, () => new SentWindow());
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    for (const window of windows) window.append(Uint8Array.of(1), 0, 1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16_000_000);
  });

  it('agrees with a plain copy for any pieces and releases', () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.nat(60_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(), (steps, probe) => {
        const window = new SentWindow();
        const total = steps.reduce((sum, [length]) => sum + length, 0);
        const bytes = Uint8Array.from({ length: total }, (_, i) => (i * 131 + (i >> 8)) & 0xff);
        let at = 0;
        let released = 0;
        for (const [length, release] of steps) {
          window.append(bytes, at, at + length);
          at += length;
          released = Math.min(at, Math.max(released, at - release));
          window.release(released);
        }
        expect(window.firstDifference(0, bytes, 0, total)).toBe(-1);
        if (total === 0) return;
        const place = probe % total;
        const changed = bytes.slice();
        changed[place]! ^= 0x80;
        expect(window.firstDifference(0, changed, 0, total)).toBe(place >= released ? place : -1);
      }),
      { numRuns: 40 },
    );
  });
});
