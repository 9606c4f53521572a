/**
 * What is left of a run of the service, as rows and files say it: all that the checker looks at. Ids and hashes are
 * opaque here, and nothing is taken from the service's own code.
 */
export interface ServiceHistory {
  /** Jobs that the service said it had taken. */
  accepted: { runId: string; jobs: number }[];
  jobs: JobRow[];
  attempts: AttemptRow[];
  outcomes: OutcomeRow[];
  judgements: JudgementRow[];
  artifacts: ArtifactRow[];
  /** Hash → bytes, as Postgres has it. */
  blobs: Map<string, number>;
  /** Name of a file in the store → what is in it. */
  files: Map<string, StoredFile>;
  /** Names of files in the store that were written to after they were first seen there. */
  overwritten: string[];
  /** Every row of the log, numbered or not, in the order of their ids. */
  events: EventRow[];
  /** What a subscriber saw that began at 0 and was cut off many times, in the order in which it came. */
  seen: { number: number; type: string }[];
  /** Doorbells that were left in the outbox and are due. */
  unrung: string[];
  /** Completions of attempts that had lost their place, said again, and how each was answered. */
  replays: { attemptId: string; status: number; problem: string }[];
  /** Processes of the service that ended although nobody had told them to. */
  deaths: string[];
  /** What was still there when all had ended: processes, sockets, folders. */
  leftovers: string[];
}

export interface JobRow {
  id: string;
  runId: string;
  state: string;
}

export interface AttemptRow {
  id: string;
  jobId: string;
  number: number;
  state: string;
  how: string | null;
  fencingToken: bigint;
  claimed: boolean;
}

export interface OutcomeRow {
  jobId: string;
  /** Null where no attempt decided it. */
  attemptId: string | null;
  judgementId: string | null;
  outcome: string;
}

export interface JudgementRow {
  id: string;
  jobId: string;
  attemptId: string;
  evidenceSha256: string;
  /** The attempt in whose folder the verdict was made, as the document itself says. */
  madeBy: string;
}

export interface ArtifactRow {
  attemptId: string | null;
  kind: string;
  sha256: string;
}

export interface StoredFile {
  sha256: string;
  bytes: number;
}

export interface EventRow {
  number: number | null;
  type: string;
  jobId: string | null;
  attemptId: string | null;
  /** How an attempt ended, by `attempt.ended`. */
  how: string | null;
  /** What a job came to, by `job.finished`. */
  outcome: string | null;
}
