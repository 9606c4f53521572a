import type { RunDetail } from '../app/api-types.js';
import { formatCount } from '../ui/format.js';

/** Seeds in few words: `1 to 100`, `3, 7, 9`, `40 of them`. */
export function describeSeeds(seeds: RunDetail['spec']['seeds']): string {
  if (!Array.isArray(seeds)) {
    const last = seeds.from + seeds.count - 1;
    return seeds.count === 1 ? String(seeds.from) : `${seeds.from} to ${last}`;
  }
  return seeds.length <= 8 ? seeds.join(', ') : `${formatCount(seeds.length)} of them`;
}
