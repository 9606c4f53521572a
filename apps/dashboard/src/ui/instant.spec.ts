import { describe, expect, it } from 'vitest';
import { exactInstant, formatInstant } from './instant.js';

const now = new Date(2026, 10, 26, 9, 0, 0);
const before = (ms: number) => formatInstant(new Date(now.getTime() - ms), now);

describe('a time', () => {
  it('is told by how long ago it was, within an hour', () => {
    expect(before(10_000)).toBe('just now');
    expect(before(12 * 60_000)).toBe('12 min ago');
    expect(before(-30 * 60_000)).toBe('in 30 min');
  });

  it('is the clock of today, and has its day otherwise', () => {
    expect(before(2 * 3_600_000)).toBe('07:00');
    expect(before(24 * 3_600_000)).toMatch(/25.*09:00|09:00.*25/);
    expect(before(400 * 24 * 3_600_000)).toContain('2025');
  });

  it('is all there for those who want it exactly', () => {
    expect(exactInstant(new Date(2026, 0, 5, 3, 4, 5, 6))).toMatch(
      /^2026-01-05 03:04:05\.006 [+−]\d\d:\d\d$/,
    );
  });
});
