import type { FromLab, LabEnded, SimulatedLabRequest } from '../messages.js';
import { runSimulatedLab } from './run-simulated-lab.js';

/** Runs a lab on virtual time, in this process and at once, and saves what it recorded into its folder. */
export async function simulateInto(
  { evidenceDir, ...request }: SimulatedLabRequest,
  tell: (message: FromLab) => void,
): Promise<LabEnded> {
  const { end, evidence } = await runSimulatedLab(request, tell);
  await evidence?.save(evidenceDir);
  return end;
}
