import { describe, expect, it } from 'vitest';
import { marginMs } from './words.js';

describe('a margin', () => {
  it.each([
    [5000, '+5,000.0 ms'],
    [3.24, '+3.2 ms'],
    [0.005, '+0.005 ms'],
    [-0.108, '−0.108 ms'],
    [-12_250.3, '−12,250.3 ms'],
    [0, '0.000 ms'],
    [null, '–'],
  ])('of %d is written %s: its sign is never lost', (ms, text) => {
    expect(marginMs(ms)).toBe(text);
  });
});
