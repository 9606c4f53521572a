import { expect, it } from 'vitest';
import { compareOn, tableOf } from '../../libs/verifier/src/exhaustive/agreement.testing.js';

it('the two checkers differ on no more than the open ones of 20,000 small histories', () => {
  const agreement = compareOn(20_000, 1);
  console.log(tableOf(agreement));
  // The open ones of docs/trust/second-checker.md: 26 of 420,000 judgements when last counted.
  expect(agreement.disagreements.length).toBeLessThanOrEqual(26);
});
