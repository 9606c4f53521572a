import { it } from 'vitest';
import { runChaos } from './run-chaos.js';
import { requiredCells } from './harness/coverage.js';
import { chaosSeed } from './harness/random.js';
import type { Defence } from './harness/service.js';

it('dev', async () => {
  const env = process.env;
  const cells = requiredCells.filter((c) => new RegExp(env.CELLS ?? '^$').test(`${c.fault} x ${c.state}`));
  const { summary } = await runChaos({
    seed: chaosSeed(), jobs: Number(env.JOBS ?? 8), cells, quietSeconds: Number(env.QUIET ?? 15),
    ...(env.WITHOUT && { without: env.WITHOUT as Defence }),
  });
  process.stdout.write(summary + '\n');
}, 600_000);
