import type { Capacity, WorkerState } from '@fenceline/contracts/api';
import type { LabNeeds } from '../runs/lab-needs.js';

/** Each job takes one slot. */
export interface Room {
  slots: number;
  memoryMib: number;
  cores: number;
}

/** A worker as placement sees it. */
export interface Candidate extends Room {
  id: string;
  projectId: string;
  state: WorkerState;
  /** Whether it was heard of lately. */
  present: boolean;
  accelerator: Capacity['accelerator'];
  labels: readonly string[];
  /** What is not taken by attempts; negative where it offers less than it did. */
  free: Room;
}

/** A job that waits for a worker. */
export interface Waiting {
  jobId: string;
  projectId: string;
  owner: string;
  /** Higher goes first. */
  priority: number;
  /** ms. */
  waitedMs: number;
  needs: LabNeeds;
}

export interface Assignment {
  jobId: string;
  workerId: string;
}
