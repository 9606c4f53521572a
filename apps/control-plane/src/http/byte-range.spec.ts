import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteRangeOf } from './byte-range.js';

describe('a range of bytes', () => {
  it.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=0-9', { first: 0, last: 9 }],
    ['bytes=3-', { first: 3, last: 9 }],
    ['bytes=3-99', { first: 3, last: 9 }],
    ['bytes=-4', { first: 6, last: 9 }],
    ['bytes=-99', { first: 0, last: 9 }],
    ['Bytes = 1-2', { first: 1, last: 2 }],
    ['bytes=10-', null],
    ['bytes=10-12', null],
    ['bytes=-0', null],
    ['bytes=5-4', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=a-b', undefined],
    [undefined, undefined],
  ])('%s of ten', (header, range) => {
    expect(byteRangeOf(header, 10)).toEqual(range);
  });

  it('has nothing to give of nothing', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) {
      expect(byteRangeOf(header, 0)).toBeNull();
    }
  });

  it('lies within the whole, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(1000), (from, to, size) => {
        for (const header of [`bytes=${from}-${to}`, `bytes=${from}-`, `bytes=-${to}`]) {
          const range = byteRangeOf(header, size);
          if (range === null || range === undefined) continue;
          expect(range.first).toBeGreaterThanOrEqual(0);
          expect(range.first).toBeLessThanOrEqual(range.last);
          expect(range.last).toBeLessThan(size);
        }
      }),
    );
  });
});
