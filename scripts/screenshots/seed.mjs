import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

const pollMs = 500;

const simulated = { driver: 'simulated' };

/** What is submitted: enough for each page to have something to show. */
function runsToSubmit(textOf) {
  const night = (name, seeds) => ({
    name,
    scenarios: ['stuck-write', 'clean-failover', 'late-but-harmless', 'no-fault', 'io-timeout'].map(
      (file) => ({ text: textOf(`${file}.yaml`) }),
    ),
    kernels: ['debian:6.1', 'debian:6.1+ccr'],
    seeds,
    labels: ['nightly'],
    ...simulated,
  });
  return [
    night('nightly, the day before', { from: 1, count: 2 }),
    {
      name: 'reference pair',
      scenarios: ['ccr/table-1-unfenced', 'ccr/table-2-ccr', 'ccr/table-3-cqt-only'].map(
        (file) => ({ text: textOf(`${file}.yaml`) }),
      ),
      labels: ['ccr'],
      ...simulated,
    },
    night('nightly', { from: 1, count: 3 }),
  ];
}

/**
 * Submits simulated runs, and one that no worker can take.
 *
 * @param api of `scripts/demo/api.mjs`
 * @returns {Promise<any[]>} the runs that will finish
 */
export async function seed(api, root) {
  const textOf = (file) => readFileSync(path.join(root, 'scenarios', file), 'utf8');
  const runs = [];
  for (const run of runsToSubmit(textOf)) runs.push(await api.post('/runs', run));
  await api.post('/runs', {
    name: 'on the arm board',
    scenarios: [{ text: textOf('stuck-write.yaml') }],
    seeds: { from: 1, count: 2 },
    wants: { workerLabels: ['arm64'] },
    ...simulated,
  });
  return runs;
}

/** Resolves when all jobs of the runs have finished. */
export async function finished(api, runs) {
  for (const { id, jobCount } of runs) {
    for (;;) {
      const { progress } = await api.get(`/runs/${id}`);
      if (progress.states.finished === jobCount) break;
      await after(pollMs);
    }
  }
}
