import type { Capacity, WorkerState } from '@fenceline/contracts/api';

/** What a worker must offer to take a job: `jobs.needs`. Each job takes one slot. */
export interface Needs {
  memoryMib: number;
  cores: number;
  /** `any`: one that boots guests; `none`: the lab is simulated. */
  accelerator: 'none' | 'any' | 'kvm' | 'tcg';
  /** The worker has all of them. */
  labels: readonly string[];
}

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
  needs: Needs;
}

export interface Assignment {
  jobId: string;
  workerId: string;
}
