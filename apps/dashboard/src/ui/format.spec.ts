import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatMargin,
  formatMs,
  formatShare,
  plural,
} from './format.js';

describe('what a reader sees', () => {
  it.each([
    [0.25, '0.25 ms'],
    [850, '850 ms'],
    [12_500, '12.5 s'],
    [59_999, '60 s'],
    [185_000, '3 min 5 s'],
    [3_600_000, '1 h'],
    [7_799_000, '2 h 10 min'],
    [273_600_000, '3 d 4 h'],
    [-20_000, '−20 s'],
  ])('of %d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('of a moment has as many digits as the others of its column', () => {
    expect(formatMs(11_081.4)).toBe('11,081.400 ms');
  });

  it('of a margin is its sign too', () => {
    expect([formatMargin(5001), formatMargin(0), formatMargin(-11_501)]).toEqual([
      '+5 s',
      '0 ms',
      '−11.5 s',
    ]);
  });

  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1.00 KiB'],
    [1_919_245, '1.83 MiB'],
  ])('of %d bytes is %s', (bytes, text) =>
    expect(formatBytes(bytes).replace(/[.\s\u202f](?=\d{3} B)/, ',')).toBe(text),
  );

  it('of shares and counts is short', () => {
    expect([formatShare(0), formatShare(0.034), formatShare(1)]).toEqual(['0 %', '3.4 %', '100 %']);
    expect([plural(1, 'job'), plural(2, 'entry', 'entries')]).toEqual(['1 job', '2 entries']);
  });
});
