import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostDecisionsOf, hostMutants } from '../mutants/host.js';
import { earlyRetries, fenceStory, play, wrongTriples } from './fence-story.testing.js';

describe('whatever fails in whatever order, a host', { timeout: 90_000 }, () => {
  it('sends nothing again elsewhere before its fence end, ends every request once, and names the right instance', () => {
    fc.assert(
      fc.property(fenceStory, (story) => {
        const end = play(story);
        expect(earlyRetries(end)).toEqual([]);
        expect(wrongTriples(end)).toBe(0);
        expect(end.answers.filter((times) => times !== 1)).toEqual([]);
        expect(end.errors).toBe(0);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  const early = hostMutants.filter(({ rule }) => rule === 'no-early-retry');
  it.each(early)('would be caught if it did what $name does', ({ decisions, ...mutant }) => {
    const result = fc.check(
      fc.property(
        fenceStory,
        (story) =>
          earlyRetries(play(story, hostDecisionsOf({ decisions, ...mutant }))).length === 0,
      ),
      { numRuns: 200, endOnFailure: true, seed: 1 },
    );
    expect(result.failed, `${mutant.name}: ${mutant.wrong}`).toBe(true);
  });
});
