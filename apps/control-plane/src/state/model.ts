import type {
  AttemptEnd,
  AttemptResult,
  AttemptState,
  JobState,
  OutcomeName,
} from '@fenceline/contracts/api';

/** What the state machine knows of an attempt. */
export interface AttemptFacts {
  state: AttemptState;
  /** Null until it has ended. */
  how: AttemptEnd | null;
  /** The process that claimed it. */
  instance: string | null;
}

/** A job, and the attempt that a command is about: the newest one, or the one that a worker speaks of. */
export interface State {
  job: JobState;
  /** Null where the job had none yet. */
  attempt: AttemptFacts | null;
}

/** States that a worker tells of. */
export type Progress = Extract<AttemptState, 'running' | 'uploading' | 'judging'>;

export type Command =
  /** Of placement: give the job to a worker, in the place of an attempt whose lease has expired if there is one. */
  | { kind: 'place' }
  /** Of the attempt's worker, let through by the fencing check. */
  | { kind: 'claim'; instance: string }
  | { kind: 'renew' }
  | { kind: 'advance'; to: Progress }
  | { kind: 'finish'; result: AttemptResult['kind'] }
  | { kind: 'surrender' }
  /** Of a person. */
  | { kind: 'cancel' }
  /** Of the reconciler: the assignment was not claimed in time. */
  | { kind: 'unclaim' }
  /** Of an administrator: the attempt's worker was revoked. */
  | { kind: 'revoke' }
  /** Of the reconciler: the lease has expired. */
  | { kind: 'expire' }
  /** Too many workers were lost, or the attempt is beyond its time-out and its worker did not end it. */
  | { kind: 'give-up'; outcome: 'error' | 'timeout' }
  /** The job and its attempt may contradict each other. */
  | { kind: 'repair' };

export type StateEvent =
  | 'job.queued'
  | 'job.active'
  | 'job.cancelling'
  | 'job.finished'
  | 'attempt.assigned'
  | 'attempt.claimed'
  | 'attempt.running'
  | 'attempt.uploading'
  | 'attempt.judging'
  | 'attempt.lease-expired'
  | 'attempt.ended';

/** What follows from a command that is taken. Without events nothing has changed. */
export interface Step extends State {
  ok: true;
  events: readonly StateEvent[];
  /** How the attempt that `place` put another in the place of has ended. */
  replaced?: AttemptEnd;
  /** What the job came to, where it is finished now; `judged`: the verdict says. */
  outcome?: 'judged' | Exclude<OutcomeName, 'pass' | 'violation' | 'inconclusive'>;
}

/** A command that is not taken. `superseded`: the attempt does not count any more. */
export interface Refusal {
  ok: false;
  problem: 'superseded' | 'conflict';
  /** A sentence for whoever gave the command. */
  why: string;
}

/** Whether a worker holds the attempt: it was claimed and has not ended. */
export function isHeld(attempt: AttemptFacts): boolean {
  return attempt.state !== 'assigned' && attempt.state !== 'ended';
}
