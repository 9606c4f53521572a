import { expect, it } from 'vitest';
import { timeText } from './time-text.mjs';

it.each([
  [0, '0 s'],
  [59_499, '59 s'],
  [59_500, '1 min 0 s'],
  [662_000, '11 min 2 s'],
  [3_600_000, '1 h 0 min'],
  [3_899_000, '1 h 4 min'],
])('says %i ms as %s', (ms, text) => {
  expect(timeText(ms)).toBe(text);
});
