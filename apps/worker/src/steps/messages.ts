import type { Plan, Verdict } from '@fenceline/contracts';
import type { Pinned } from '@fenceline/contracts/api';
import type { LabArtifacts } from '@fenceline/lab';
import type { Accelerator } from '@fenceline/vm';
import type { LocalFile } from '../upload/local-file.js';

/** A kernel or guest image that a job pins, where the worker's cache has it. */
export interface PinnedFolder extends Pick<Pinned, 'kind' | 'name' | 'role'> {
  folder: string;
}

/** Work that would keep the supervisor from its leases: each runs in a process of its own, over Node's IPC channel. */
export type StepRequest =
  /** Kernels, guest images and accelerator of a plan. */
  | {
      step: 'prepare';
      plan: Plan;
      pinned: PinnedFolder[];
      fencelineVersion: string;
    }
  /** What guests can run on here. */
  | { step: 'probe' }
  /** Judges a recording, and writes the judgement's documents. */
  | {
      step: 'judge';
      /** Folder of the recording. */
      evidence: string;
      /** What the verdict calls it. */
      name: string;
      /** Folder for the timeline. */
      out: string;
      durationMs: Record<string, number>;
      failure: string | null;
    }
  /** Judges kept evidence again, and writes nothing beside it. */
  | {
      step: 'rejudge';
      /** File of the packed evidence. */
      packed: string;
      /** What the verdict calls it. */
      name: string;
      /** Folder to unpack it in. */
      out: string;
    };

export interface StepAnswers {
  prepare: LabArtifacts;
  probe: { accelerator: Accelerator; reason: string };
  judge: {
    verdict: Verdict;
    /** Whether the scenario expects something of these kernels. */
    expected: boolean;
    files: LocalFile[];
  };
  rejudge: { verdict: Verdict };
}

export type FromStep =
  | { type: 'status'; text: string }
  | { type: 'done'; answer: StepAnswers[StepRequest['step']] }
  | { type: 'failed'; message: string };
