import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client, components } from '@fenceline/client';
import { vi } from 'vitest';

type NewRun = components['schemas']['NewRun'];
type Run = components['schemas']['RunDetail'];

const scenarios = path.join(import.meta.dirname, '../../../scenarios');

export function scenarioText(file: string): string {
  return readFileSync(path.join(scenarios, `${file}.yaml`), 'utf8');
}

/** Submits a simulated run. */
export async function submit(
  client: Client,
  files: readonly string[],
  changes: Partial<NewRun> = {},
): Promise<Run> {
  const { data } = await client.POST('/runs', {
    body: {
      scenarios: files.map((file) => ({ text: scenarioText(file) })),
      driver: 'simulated',
      ...changes,
    },
  });
  return data!;
}

/** Resolves when all jobs of a run have finished. */
export async function finished(client: Client, { id, jobCount }: Run): Promise<void> {
  await vi.waitFor(
    async () => {
      const { data } = await client.GET('/runs/{runId}', { params: { path: { runId: id } } });
      if (data!.progress.states['finished'] !== jobCount) throw new Error('it is not finished');
    },
    { timeout: 300_000, interval: 250 },
  );
}
