import { ruleNameSchema } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { faultsOf, runCampaign } from './campaign.testing.js';
import { allMutations } from './mutations/index.testing.js';
import { tellStory } from './tell-story.testing.js';

/** test/long has 200,000. */
const seeds = 2000;

describe('trust in the oracle', () => {
  it('every rule has three mutators or more, and near misses', () => {
    expect(allMutations.map(({ rule }) => rule)).toEqual(ruleNameSchema.options);
    for (const { rule, mutators, nearMisses } of allMutations) {
      expect(mutators.length, rule).toBeGreaterThanOrEqual(3);
      expect(nearMisses.length, rule).toBeGreaterThanOrEqual(2);
    }
  });

  it('a seed alone gives the history', () => {
    const told = (seed: number) => ({ ...tellStory(seed).build(), uncertaintyAt: null });
    for (const seed of [0, 1, 77]) expect(told(seed)).toEqual(told(seed));
    expect(told(0)).not.toEqual(told(1));
  });

  it(
    `of ${seeds} seeds no correct history raises an alarm, every mutation is found with its blame, and no near miss is`,
    { timeout: 120_000 },
    () => {
      const campaign = runCampaign(0, seeds);
      expect(faultsOf(campaign)).toEqual([]);
      expect(campaign.correct.tried).toBe(seeds);
      for (const { name, tried } of campaign.mutations) expect(tried, name).toBeGreaterThan(0);
    },
  );
});
