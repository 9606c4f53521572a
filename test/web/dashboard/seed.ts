import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client, components } from '@fenceline/client';
import { expect } from 'vitest';

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
  await expect
    .poll(
      async () => {
        const { data } = await client.GET('/runs/{runId}', { params: { path: { runId: id } } });
        return data!.progress.states['finished'];
      },
      { timeout: 300_000, interval: 250 },
    )
    .toBe(jobCount);
}
