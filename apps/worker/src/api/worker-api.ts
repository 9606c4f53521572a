import type {
  ArtifactKind,
  AttemptResult,
  Capacity,
  Lease,
  LivePart,
  RejudgeResult,
  RejudgeWork,
  Upload,
  Work,
  WorkerTerms,
} from '@fenceline/contracts/api';

/** What wants this worker. */
export interface Assignments {
  /** Attempts to be claimed, or to be cancelled. */
  attemptIds: string[];
  /** There is evidence to judge again. */
  rejudging: boolean;
  terms: WorkerTerms;
}

/** One attempt as this worker may write about it. */
export interface Ticket {
  attemptId: string;
  fencingToken: string;
}

/** The same for evidence that it judges again. */
export interface RejudgeTicket {
  itemId: string;
  fencingToken: string;
}

/** The stages that are told to the service. */
export type ToldStage = 'running' | 'uploading' | 'judging';

export interface NewUpload extends Ticket {
  kind: ArtifactKind;
  name: string;
  /** Bytes. */
  size: number;
  sha256: string;
  /** Of a superseded attempt: the service takes it for a look alone. */
  surrender: boolean;
}

/**
 * What a worker asks of the service. Every call throws `Unreachable` or `Refused`; only the former is worth another
 * try.
 */
export interface WorkerApi {
  hello(instance: string, capacity: Capacity): Promise<WorkerTerms>;
  assignments(): Promise<Assignments>;
  claim(attemptId: string, instance: string): Promise<Work>;
  renew(ticket: Ticket): Promise<Lease>;
  advance(ticket: Ticket, state: ToldStage): Promise<Lease>;
  live(ticket: Ticket, parts: LivePart[]): Promise<void>;
  finish(ticket: Ticket, result: AttemptResult, uploadIds: string[]): Promise<void>;
  surrender(ticket: Ticket, uploadIds: string[]): Promise<void>;
  createUpload(upload: NewUpload): Promise<Upload>;
  putPart(uploadId: string, offset: number, sha256: string, bytes: Uint8Array): Promise<Upload>;
  showUpload(uploadId: string): Promise<Upload>;
  completeUpload(uploadId: string): Promise<Upload>;
  /** Evidence to judge again; null where there is none. */
  claimRejudging(verifierVersion: string): Promise<RejudgeWork | null>;
  renewRejudging(ticket: RejudgeTicket): Promise<Lease>;
  finishRejudging(ticket: RejudgeTicket, result: RejudgeResult): Promise<void>;
  /** Brings a pinned kernel or image, or evidence that is judged again, into a file. */
  fetchBlob(sha256: string, file: string, stop: AbortSignal): Promise<void>;
}

/** Injection token. */
export const WORKER_API = Symbol('worker API');
