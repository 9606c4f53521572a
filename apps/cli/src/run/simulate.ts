import type { LabEvent } from '@fenceline/contracts';
import { runSimulatedLab, type LabEnded } from '@fenceline/lab';
import { version } from '../version.js';
import type { PlannedRun } from './run-scenario.js';

/**
 * Runs a scenario on virtual time, in this process, and saves what it recorded.
 *
 * @param folder of the evidence, which is empty
 * @param listen is told of every event
 */
export async function simulate(
  { plan, text }: Pick<PlannedRun, 'plan' | 'text'>,
  folder: string,
  listen: (event: LabEvent) => void,
): Promise<LabEnded> {
  const request = { plan, scenarioText: text, fencelineVersion: version };
  const { end, evidence } = await runSimulatedLab(request, (message) => {
    if (message.type === 'event') listen(message.event);
  });
  await evidence?.save(folder);
  return end;
}
