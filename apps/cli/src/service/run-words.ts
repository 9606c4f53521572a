import { harmless } from '@fenceline/report/harmless';
import type { RunDetail } from './documents.js';
import { counted } from './text.js';

/** How far a run is: `12 of 40 finished, 3 active, 25 queued, 2 not as expected`. */
export function runStateWords({ jobCount, progress }: RunDetail): string {
  const { states, notAsExpected } = progress;
  const finished = states['finished'] ?? 0;
  const parts = ['active', 'cancelling', 'queued']
    .map((state) => [state, states[state] ?? 0] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  return [
    `${finished} of ${counted(jobCount, 'job')} finished`,
    ...parts,
    ...(notAsExpected > 0 ? [`${notAsExpected} NOT as expected`] : []),
  ].join(', ');
}

/** What came out of a run: `38 pass, 2 violation`. */
export function outcomeCounts({ progress }: RunDetail): string {
  return Object.entries(progress.outcomes)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

/** What is run: `stuck-write × 2 kernels × 4 seeds × 3 repeats`. */
export function matrixWords({ spec }: RunDetail): string {
  const { scenarios, kernels, seeds, repeats } = spec;
  const seedCount = Array.isArray(seeds) ? seeds.length : seeds.count;
  const [first] = scenarios;
  return [
    scenarios.length === 1 && first ? harmless(first.name) : counted(scenarios.length, 'scenario'),
    ...(kernels.length === 0 ? [] : [counted(kernels.length, 'kernel')]),
    counted(seedCount, 'seed'),
    ...(repeats === 1 ? [] : [counted(repeats, 'repeat')]),
  ].join(' × ');
}
