import { expect, it } from 'vitest';
import { compareOn, tableOf } from '../../libs/verifier/src/exhaustive/agreement.testing.js';

it('the two checkers agree on 20,000 small histories', () => {
  const agreement = compareOn(20_000, 1);
  console.log(tableOf(agreement));
  expect(agreement.disagreements).toEqual([]);
});
