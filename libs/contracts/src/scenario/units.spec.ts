import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, parseDuration, parseSize, type UnitResult } from './units.js';

function valueOf(result: UnitResult): number | string {
  return result.ok ? result.value : result.message;
}

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['300ms', 300],
    ['5s', 5_000],
    ['1.5s', 1_500],
    ['0.3s', 300],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  it.each([
    ['5', 'has no unit', '`5s`'],
    ['', 'is not a duration', '`5s`'],
    ['s', 'is not a duration', '`5s`'],
    ['-5s', 'is not a duration', '`5s`'],
    ['1e3s', 'is not a duration', '`5s`'],
    ['5S', 'is not a unit', '`5s`'],
    ['5sec', 'is not a unit', '`5s`'],
    ['5 s', 'space', '`5s`'],
    ['5min', 'is not a unit', '`5m`'],
    ['5days', 'is not a unit', 'ms, s, m, h'],
    ['0.5ms', 'not a whole number of milliseconds', 'smaller unit'],
    ['9999999999999999h', 'too large', 'smaller'],
  ])('%j is refused', (text, message, mend) => {
    const result = parseDuration(text);
    expect(result).toMatchObject({ ok: false });
    if (result.ok) return;
    expect(result.message).toContain(message);
    expect(result.mend).toContain(mend);
  });

  it('come back from their own spelling', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, value: ms });
      }),
    );
  });

  it('are exact however the fraction is written', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), (ms) => {
        expect(parseDuration(`${(ms / 1000).toFixed(3)}s`)).toEqual({ ok: true, value: ms });
      }),
    );
  });

  it('are longer in a larger unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (n) => {
        const values = ['ms', 's', 'm', 'h'].map((unit) => valueOf(parseDuration(`${n}${unit}`)));
        expect(values).toEqual([n, n * 1e3, n * 6e4, n * 36e5]);
      }),
    );
  });

  it('never make the parser throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof parseDuration(text).ok).toBe('boolean');
        expect(typeof parseSize(text).ok).toBe('boolean');
      }),
    );
  });
});

describe('sizes', () => {
  it.each([
    ['512B', 512],
    ['4KiB', 4096],
    ['64MiB', 67_108_864],
    ['1.5GiB', 1_610_612_736],
    ['1TiB', 1_099_511_627_776],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toEqual({ ok: true, value: bytes });
  });

  it.each([
    ['64', '`64MiB`'],
    ['64MB', '`64MiB`'],
    ['64M', '`64MiB`'],
    ['64mib', '`64MiB`'],
    ['0.3B', 'smaller unit'],
  ])('%j is refused', (text, mend) => {
    const result = parseSize(text);
    expect(result.ok ? '' : result.mend).toContain(mend);
  });

  it('come back from their own spelling', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(parseSize(formatSize(bytes))).toEqual({ ok: true, value: bytes });
      }),
    );
  });
});
