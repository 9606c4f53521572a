import { describe, expect, it } from 'vitest';
import { appendSeeds, seedsOf } from './seeds.js';

const read = (...texts: string[]) =>
  texts.reduce<ReturnType<typeof appendSeeds>>((before, text) => appendSeeds(text, before), []);

describe('appendSeeds and seedsOf', () => {
  it('keeps a range a range, and lists what is several', () => {
    expect(seedsOf(read('7'))).toEqual({ from: 7, count: 1 });
    expect(seedsOf(read('1-100'))).toEqual({ from: 1, count: 100 });
    expect(seedsOf(read('9', '1-3', '2'))).toEqual([9, 1, 2, 3]);
  });

  it('refuses what are no seeds, and too many of them', () => {
    for (const text of ['', 'x', '1-', '-1', '3-1', '0-4294967296', '0-10000']) {
      expect(() => read(text), text).toThrow();
    }
    expect(() => read('0-9998', '5', '6')).toThrow('at most 10000');
  });
});
