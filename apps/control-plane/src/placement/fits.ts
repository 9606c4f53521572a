import type { LabNeeds } from '../runs/lab-needs.js';
import type { Candidate, Room } from './model.js';

export function fitsInto({ memoryMib, cores }: LabNeeds, room: Room): boolean {
  return room.slots >= 1 && room.memoryMib >= memoryMib && room.cores >= cores;
}

export function hasLabels({ labels }: LabNeeds, worker: Candidate): boolean {
  return labels.every((label) => worker.labels.includes(label));
}

export function hasAccelerator({ accelerator }: LabNeeds, worker: Candidate): boolean {
  if (accelerator === 'none') return true;
  return accelerator === 'any' ? worker.accelerator !== null : worker.accelerator === accelerator;
}

/** Whether the worker could run it if it ran nothing else. */
export function couldRun(needs: LabNeeds, worker: Candidate): boolean {
  return hasLabels(needs, worker) && hasAccelerator(needs, worker) && fitsInto(needs, worker);
}
