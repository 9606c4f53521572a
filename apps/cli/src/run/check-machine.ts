import path from 'node:path';
import type { Scenario } from '@fenceline/contracts';
import { checkRequirements, findLeftovers, removeLeftovers, type Requirement } from '@fenceline/vm';
import { MachineError } from '../machine-error.js';
import { UsageError } from '../usage-error.js';
import { folderProblem } from './folder-problem.js';

const mib = 1024 * 1024;

/** Bytes that the evidence of one run may take: captures, journal, consoles, report. */
const evidenceBytes = 512 * mib;

/**
 * Looks whether the scenarios can run here, before anything is started, and takes away what dead runs left.
 *
 * @param out folder of the evidence
 * @throws UsageError for what was asked wrongly, MachineError for what the machine lacks
 */
export async function checkMachine(scenarios: readonly Scenario[], out: string): Promise<void> {
  const problem = await folderProblem(path.resolve(out), evidenceBytes);
  if (problem !== null) {
    throw new UsageError(`${problem} Name another folder for the evidence: --out DIR`);
  }
  const lacking = (await checkRequirements(largestLab(scenarios))).filter((one) => !one.ok);
  if (lacking.length > 0) {
    throw new MachineError(
      `this machine is not fit; nothing was started.\n${lacking.map(formatLack).join('\n')}`,
    );
  }
  await removeLeftovers(await findLeftovers());
}

/** The lab that needs the most memory: they run one after the other. */
function largestLab(scenarios: readonly Scenario[]): { guests: number; memoryMb: number } {
  const labs = scenarios.map((scenario) => {
    const vms = [...scenario.hosts, ...scenario.nodes];
    const bytes = vms.reduce((sum, vm) => sum + vm.memoryBytes, 0);
    return { guests: vms.length, memoryMb: Math.ceil(bytes / vms.length / mib) };
  });
  return labs.reduce((largest, lab) =>
    lab.guests * lab.memoryMb > largest.guests * largest.memoryMb ? lab : largest,
  );
}

function formatLack({ name, found, mend }: Requirement): string {
  return `  ${name}: ${found}${mend === undefined ? '' : `\n    ${mend}`}`;
}
