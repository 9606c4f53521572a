import type { CcrWait } from '@fenceline/contracts';
import { CcrStatus, type CcrLogEntry } from '@fenceline/nvme';
import type { AttemptEnd } from './fence/attempt-end.js';

/** What a controller said of how soon it stops by itself. */
export interface QuiescePromise {
  tbkas: boolean;
  /** As the controller counts it: rounded up to its granularity. */
  katoMs: number;
  /** 0: nothing was promised. */
  cqtMs: number;
}

/** Moments of a loss, in ns. */
export interface LossMoments {
  /** When the oldest command without an answer was sent. */
  firstUnansweredAt: number;
  /** When every connection of the association had been aborted. */
  silencedAt: number;
}

/** The name of one instance of a controller, as its Identify data has it. */
export interface ControllerInstance {
  cntlid: number;
  ciu: number;
  cirn: bigint;
}

/** A controller that might be asked for a Cross-Controller Reset. */
export interface SourceFacts {
  cntlid: number;
  isLive: boolean;
  /** How many CCRs it takes at once; 0: none ever. */
  ccrl: number;
  slotsInUse: number;
}

/** What the answer to a CCR command says. */
export type CcrAnswer = 'succeeded' | 'accepted' | 'refused';

/** When an entry of log page 1Eh was read. */
export interface EntryReading {
  /** The read was sent after the source had answered the CCR command. */
  afterAnswer: boolean;
  /** An earlier read through this source showed it complete already. */
  completeBefore: boolean;
}

/**
 * Every place where a host could differ and be wrong. `correctHost` is right; a mutant overrides one or two.
 * Nothing here has a state.
 */
export interface HostDecisions {
  /** How long commands in flight are held at most, in ms. */
  holdMs(promise: QuiescePromise, cqtZeroMs: number): number;
  /** From when the hold counts, in ns. */
  holdFrom(moments: LossMoments): number;
  /** Whether a lost association's connections are aborted before its hold begins. */
  silencesAtOnce(): boolean;
  /** Whether the commands of a queue are held when the association was lost by another's failure. */
  holdsQueue(qid: number, failedQid: number): boolean;
  /** Whether the end of a timer that one hold started releases what another holds; each has a number. */
  timerReleases(startedBy: number, held: number): boolean;

  /** Whether a source can be asked now. */
  mayAsk(source: SourceFacts): boolean;
  /** Which of those that can be asked is next; `lastAsked` is the CNTLID asked before, -1 at first. */
  nextSource(sources: readonly SourceFacts[], lastAsked: number): SourceFacts | undefined;
  /** How long one source may take to answer the command, in ms. */
  answerWaitMs(ccrAnswerMs: number): number;
  /** How long one source may take for the whole operation, in ms. */
  ccrWaitMs(reading: CcrWait, promise: QuiescePromise, cqtZeroMs: number): number;
  /** The instance that a CCR names. */
  instanceToReset(lost: ControllerInstance, before: ControllerInstance | null): ControllerInstance;
  readAnswer(answer: { status: number; immediate: boolean }): CcrAnswer;
  /** Whether the event alone ends the wait, without a look at the log page. */
  eventIsProof(): boolean;
  /** Whether an entry tells how this reset ended. */
  entryCounts(entry: CcrLogEntry, asked: ControllerInstance, reading: EntryReading): boolean;
  readEntry(entry: CcrLogEntry): 'in-progress' | 'succeeded' | 'failed';
  /** Whether the held commands may go when asking a source has ended so. */
  releasesAfter(end: AttemptEnd): boolean;
  /** Whether the source's slot is free again when asking it has ended so. */
  returnsSlot(end: AttemptEnd): boolean;

  /** How long a command that a path refused waits before it is sent on another, in ms. */
  failoverDelayMs(): number;
  /** How long the held commands wait after their fence has ended, in ms. */
  resumeDelayMs(): number;
  /** Whether a path or transport error is hidden from the application and the command sent again. */
  hidesPathErrors(): boolean;
  /** The bytes that a command carries when it is sent again. */
  dataOfRetry(data: Uint8Array): Uint8Array;
  /** Whether a path is connected again; `failures` attempts in a row have failed. */
  reconnects(failures: number): boolean;
}

/** CQT in ms; a controller that reports 0 promised nothing, and the host has its own opinion. */
const cqtOf = ({ cqtMs }: QuiescePromise, cqtZeroMs: number): number =>
  cqtMs === 0 ? cqtZeroMs : cqtMs;

const lowest = (sources: readonly SourceFacts[]): SourceFacts | undefined =>
  sources.reduce<SourceFacts | undefined>(
    (least, it) => (least === undefined || it.cntlid < least.cntlid ? it : least),
    undefined,
  );

export const correctHost: HostDecisions = {
  // Base 2.1 (TP4129): the controller needs so long to notice, and then CQT to quiesce.
  holdMs: (promise, cqtZeroMs) =>
    (promise.tbkas ? 3 : 2) * promise.katoMs + cqtOf(promise, cqtZeroMs),
  // The controller counts from the last that it got, so all communication must have ended.
  holdFrom: ({ silencedAt }) => silencedAt,
  silencesAtOnce: () => true,
  holdsQueue: () => true,
  timerReleases: (startedBy, held) => startedBy === held,

  mayAsk: ({ isLive, ccrl, slotsInUse }) => isLive && slotsInUse < ccrl,
  // Upwards, so that none is left out; one below that could not be asked in its turn may be by now.
  nextSource: (sources, lastAsked) =>
    lowest(sources.filter(({ cntlid }) => cntlid > lastAsked)) ?? lowest(sources),
  answerWaitMs: (ccrAnswerMs) => ccrAnswerMs,
  ccrWaitMs: (reading, promise, cqtZeroMs) => {
    const cqtMs = cqtOf(promise, cqtZeroMs);
    switch (reading) {
      case 'cqt':
        return cqtMs;
      case 'max(cqt,kato)':
        return Math.max(cqtMs, promise.katoMs);
      case 'kato+cqt':
        return promise.katoMs + cqtMs;
    }
  },
  instanceToReset: (lost) => lost,
  readAnswer: ({ status, immediate }) =>
    status !== 0 ? 'refused' : immediate ? 'succeeded' : 'accepted',
  // Base 2.3 (TP8028): the event only says that there is something to read.
  eventIsProof: () => false,
  entryCounts: (entry, { cntlid, ciu }, { afterAnswer, completeBefore }) =>
    entry.icid === cntlid && entry.ciu === ciu && afterAnswer && !completeBefore,
  readEntry: ({ status }) =>
    status === CcrStatus.inProgress
      ? 'in-progress'
      : status === CcrStatus.success
        ? 'succeeded'
        : 'failed',
  releasesAfter: ({ kind }) => kind === 'succeeded' || kind === 'deadline',
  returnsSlot: () => true,

  failoverDelayMs: () => 0,
  // What goes after the fence must also be seen to go after it, by clocks that are not exact.
  resumeDelayMs: () => 1,
  hidesPathErrors: () => true,
  dataOfRetry: (data) => data,
  reconnects: () => true,
};
