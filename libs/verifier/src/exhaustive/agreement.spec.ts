import { expect, it } from 'vitest';
import { compareOn } from './agreement.testing.js';

/**
 * The second, exhaustive checker and the fast one on small random histories (docs/trust/second-checker.md);
 * test/long has many more of them.
 */
it('the two checkers agree on 4,000 small histories', { timeout: 240_000 }, () => {
  const { counts, disagreements } = compareOn(4000, 3);
  expect(disagreements).toEqual([]);
  for (const rule of ['no-early-retry', 'no-stale-overwrite', 'reads-consistent', 'final-image']) {
    for (const comparison of ['held by both', 'violated by both', 'inconclusive by both']) {
      expect(counts.get(`${rule}: ${comparison}`), `${rule}: ${comparison}`).toBeGreaterThan(0);
    }
  }
});
