import type { LabEvent, Machine, Plan } from '@fenceline/contracts';
import type { GuestImage, KernelImage } from '@fenceline/vm';

/**
 * What a lab process and its parent say to each other over Node's IPC channel.
 *
 * The parent sends `start` once and may send `stop`; the lab sends progress and ends with exactly one
 * `ended`. A channel that closes means that the parent is gone: the lab then stops by itself.
 */
export type ToLab =
  | { type: 'start'; request: LabRequest }
  | { type: 'simulate'; request: SimulatedLabRequest }
  /** `graceful`: end the recording and keep it; a second one, or `now`, ends everything at once. */
  | { type: 'stop'; how: 'graceful' | 'now' };

export interface LabRequest {
  plan: Plan;
  /** From `prepareLab`, called by the parent: a lab fetches and builds nothing. */
  artifacts: LabArtifacts;
  /** The scenario's own text, kept in the evidence. */
  scenarioText: string;
  /** Folder of the evidence; it is created, and must not exist or be empty. */
  evidenceDir: string;
  /** Keep the working folder (sockets, medium) after the end, for a look. */
  keepRunFolder: boolean;
  /** Show an onlooker a little of what goes on; see `Glimpse`. @defaultValue false */
  glimpses?: boolean;
}

export interface SimulatedLabRequest {
  plan: Plan;
  /** The scenario's own text, kept in the evidence. */
  scenarioText: string;
  /** Version of Fenceline, for the manifest. */
  fencelineVersion: string;
  /** Folder of the evidence; it is created, and must not exist or be empty. */
  evidenceDir: string;
}

/** What a lab boots, ready on this machine. */
export interface LabArtifacts {
  /** VM name → kernel. */
  kernels: Record<string, KernelImage>;
  /** VM name → what finds faults of its kernel in itself. */
  detectors: Record<string, string[]>;
  /** VM name → guest image. */
  images: Record<string, GuestImage>;
  machine: Machine;
  /** Version of Fenceline, for the manifest. */
  fencelineVersion: string;
}

export type FromLab =
  /** A phase begins; `failed` where the one before did not come to its end. */
  | { type: 'phase'; phase: LabPhase; t: number; detail: string; failed?: boolean }
  /** Facts that change while a phase lasts, for a progress line. */
  | { type: 'status'; t: number; text: string }
  /** A line of the timeline as it is recorded. */
  | { type: 'event'; event: LabEvent }
  /** Where it was asked for, a few times a second. */
  | { type: 'glimpse'; glimpse: Glimpse }
  | LabEnded;

/** What an onlooker sees of a slice of time: thinned, with gaps, and never a part of the recording. */
export interface Glimpse {
  /** The slice, ns of the lab's clock. */
  from: number;
  to: number;
  /** Some of the lines that came. */
  console: { vm: string; t: number; text: string }[];
  /** The links with anything to tell. */
  links: LinkGlimpse[];
}

export interface LinkGlimpse {
  link: string;
  /** Commands that a host sent in the slice. */
  writes: number;
  reads: number;
  /** Writes of the link's node that the backend held at the end of the slice. */
  held: number;
}

export interface LabEnded {
  type: 'ended';
  /** `recorded`: the evidence can be judged. `error`: the lab broke. `timeout`: a bound passed. `cancelled`: it was told to stop. */
  outcome: 'recorded' | 'error' | 'timeout' | 'cancelled';
  /** For people, where the outcome is not `recorded`; may have several lines (console). */
  message?: string;
  durationMs: Partial<Record<LabPhase, number>>;
}

/** The phases of a lab in their order. */
export const labPhases = [
  'boot',
  'configure',
  'connect',
  'workload',
  'drain',
  'read-back',
  'teardown',
] as const;
export type LabPhase = (typeof labPhases)[number];
