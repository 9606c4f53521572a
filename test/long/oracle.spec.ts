import { faultsOf, runCampaign } from '@fenceline/verifier/trust';
import { describe, expect, it } from 'vitest';

const seeds = 200_000;
/** So that a time-out and a report come while it runs. */
const each = 10_000;

const firsts = Array.from({ length: seeds / each }, (_, index) => index * each);

describe('trust in the oracle', () => {
  it.each(firsts)(
    `the ${each} seeds from %i on: no false alarm, no mutation missed, nobody wrongly blamed`,
    (first) => {
      expect(faultsOf(runCampaign(first, first + each))).toEqual([]);
    },
  );
});
