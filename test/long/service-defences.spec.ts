import { describe, expect, it } from 'vitest';
import type { Law } from '../service/chaos/checker/check-history.js';
import { chaosSeed } from '../service/chaos/harness/random.js';
import { runChaos, type ChaosOptions } from '../service/chaos/run-chaos.js';

/** Each defence with the faults that it is there for, and a law that is broken without it. */
const defences: (Pick<ChaosOptions, 'cells'> & {
  without: NonNullable<ChaosOptions['without']>;
  law: Law;
})[] = [
  {
    without: 'fencing',
    cells: [{ fault: 'worker stopped past its lease', state: 'running' }],
    law: 'a stale completion is refused',
  },
  { without: 'outbox', cells: [], law: 'every doorbell is rung' },
  {
    without: 'reconciler',
    cells: [{ fault: 'worker killed', state: 'assigned' }],
    law: 'no job is lost',
  },
];

describe.each(defences)('without $without', ({ law, ...options }) => {
  it(`a history breaks the law that ${law}`, async () => {
    const seed = chaosSeed();
    const { breaches, coverage, summary } = await runChaos({
      ...options,
      harsh: true,
      seed,
      jobs: 12,
      quietSeconds: 8,
    });
    for (const cell of options.cells ?? []) expect(coverage.countOf(cell), summary).toBe(1);
    expect([...new Set(breaches.map((breach) => breach.law))], summary).toContain(law);
  }, 300_000);
});
