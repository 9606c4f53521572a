import { expect, it } from 'vitest';
import { chaosSeed } from './harness/random.js';
import { runChaos } from './run-chaos.js';

it('keeps every job through whatever happens to the service', async () => {
  const seed = chaosSeed();
  process.stdout.write(`FENCELINE_CHAOS_SEED=${seed}\n`);
  const { breaches, coverage, history, summary } = await runChaos({ seed, jobs: 150 });
  process.stdout.write(`${summary}\n`);
  expect(breaches).toEqual([]);
  expect(coverage.missing()).toEqual([]);
  expect(history.outcomes.length).toBeGreaterThanOrEqual(150);
}, 600_000);
