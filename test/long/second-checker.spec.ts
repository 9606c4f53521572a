import { expect, it } from 'vitest';
import { compareOn, tableOf } from '../../libs/verifier/src/exhaustive/agreement.testing.js';

it.each([1, 2, 3, 4])('the two checkers agree on 20,000 small histories of seed %i', (seed) => {
  const agreement = compareOn(20_000, seed);
  console.log(tableOf(agreement));
  expect(agreement.disagreements).toEqual([]);
});
