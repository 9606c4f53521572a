import { expect, it } from 'vitest';
import { requiredCells } from '../service/chaos/harness/coverage.js';
import { chaosSeed } from '../service/chaos/harness/random.js';
import { runChaos } from '../service/chaos/run-chaos.js';

/** How often every fault meets every state. */
const rounds = 12;
/** More labs at once than in `npm test`: they sleep most of their time. */
const slots = 8;

it('keeps 5,000 jobs through whatever happens to the service', async () => {
  const seed = chaosSeed();
  process.stdout.write(`FENCELINE_CHAOS_SEED=${seed}\n`);
  const { breaches, coverage, history, summary } = await runChaos({
    seed,
    jobs: 5_000,
    slots,
    cells: Array.from({ length: rounds }, () => requiredCells).flat(),
  });
  process.stdout.write(`${summary}\n`);
  expect(breaches).toEqual([]);
  expect(coverage.missing()).toEqual([]);
  expect(history.outcomes.length).toBeGreaterThanOrEqual(5_000);
}, 7_200_000);
