import { describe, expect, it } from 'vitest';
import { fioBytes, fioIsOn, fioMs, fioRange, fioWrites } from './fio-numbers.js';
import { fioOptionsSchema } from './fio-options.js';

describe('numbers in fio’s syntax', () => {
  it.each([
    [4096, 4096],
    ['4096', 4096],
    ['4k', 4096],
    ['4K', 4096],
    ['1m', 1_048_576],
    ['2g', 2_147_483_648],
    ['1t', 1_099_511_627_776],
  ])('size %j is %d bytes', (size, bytes) => {
    expect(fioBytes(size)).toBe(bytes);
  });

  it.each([
    [60, 60_000],
    ['60', 60_000],
    ['60s', 60_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('time %j is %d ms', (time, ms) => {
    expect(fioMs(time)).toBe(ms);
  });

  it('bounds the bytes that all jobs touch', () => {
    const fio = fioOptionsSchema.parse({
      size: '32k',
      offset: '1m',
      offset_increment: '64k',
      numjobs: 8,
    });
    expect(fioRange(fio)).toEqual({
      firstByte: 1_048_576,
      endByte: 1_048_576 + 7 * 65_536 + 32_768,
    });
  });

  it('knows what changes the medium and what is on', () => {
    expect(fioWrites(fioOptionsSchema.parse({ size: '4k', rw: 'randread' }))).toBe(false);
    expect(fioWrites(fioOptionsSchema.parse({ size: '4k', rw: 'trim' }))).toBe(true);
    expect([true, 1, false, 0, undefined].map((value) => fioIsOn(value as 0))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
