import type { LabNeeds } from '../runs/lab-needs.js';
import { couldRun, fitsInto, hasAccelerator, hasLabels } from './fits.js';
import type { Candidate } from './model.js';

/**
 * Why a job waits, in one sentence.
 *
 * @param workers those of its project
 */
export function whyWaiting(needs: LabNeeds, workers: readonly Candidate[]): string {
  if (workers.length === 0) return 'No worker is enrolled.';
  const able = workers.filter((worker) => couldRun(needs, worker));
  if (able.length === 0) return whatLacks(needs, workers);
  const enabled = able.filter(({ state }) => state === 'enabled');
  if (enabled.length === 0)
    return `${theAble(able.length)} takes no new jobs: drained or disabled.`;
  const present = enabled.filter((worker) => worker.present);
  if (present.length === 0) return `${theAble(enabled.length)} was not heard of lately.`;
  if (!present.some(({ free }) => fitsInto(needs, free))) {
    return `${theAble(present.length)} is busy with other jobs.`;
  }
  return 'A worker has room for it: it is about to be given to one, unless others go first.';
}

function theAble(count: number): string {
  return count === 1
    ? 'The one worker that could run it'
    : `Each of ${count} workers that could run it`;
}

function whatLacks(needs: LabNeeds, workers: readonly Candidate[]): string {
  const labelled = workers.filter((worker) => hasLabels(needs, worker));
  if (labelled.length === 0) {
    return `No worker has ${needs.labels.length === 1 ? 'the label' : 'all of the labels'} ${needs.labels.join(', ')}.`;
  }
  const boots = labelled.filter((worker) => hasAccelerator(needs, worker));
  const among = needs.labels.length === 0 ? '' : ' with its labels';
  if (boots.length === 0) {
    return needs.accelerator === 'any'
      ? `No worker${among} can boot VMs.`
      : `No worker${among} has the accelerator ${needs.accelerator}.`;
  }
  const most = (field: 'memoryMib' | 'cores'): number =>
    Math.max(...boots.map((worker) => worker[field]));
  if (most('memoryMib') < needs.memoryMib) {
    return `It needs ${needs.memoryMib} MiB of memory, and the largest worker that could run it has ${most('memoryMib')}.`;
  }
  if (most('cores') < needs.cores) {
    return `It needs ${needs.cores} cores, and the largest worker that could run it has ${most('cores')}.`;
  }
  return `No single worker has both ${needs.memoryMib} MiB of memory and ${needs.cores} cores.`;
}
