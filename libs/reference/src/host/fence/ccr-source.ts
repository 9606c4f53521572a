import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import { ccrImmediate, CcrStatus, readCcrLog, type CcrLogEntry } from '@fenceline/nvme';
import {
  crossControllerReset,
  keepAliveCommand,
  readCcrLogPage,
  type Completion,
  type HostCommand,
} from '../command.js';
import type { CcrAnswer, ControllerInstance, HostDecisions, SourceFacts } from '../decisions.js';

/** What a source lets know of one reset that it was asked for. */
export type CcrNews =
  | { kind: 'answered'; answer: CcrAnswer; status: number }
  | { kind: 'finished'; as: 'succeeded' | 'failed' }
  /** The association with the source was lost; nothing more will come. */
  | { kind: 'lost' };

export interface CcrSourceParts {
  decisions: HostDecisions;
  scheduler: Scheduler;
  /** How long after its event the log page is read. */
  readLogAfterMs: number;
  /** Sends an admin command to the controller; its answer is null where none will come. */
  send: (command: HostCommand, done: (completion: Completion | null) => void) => void;
}

interface Request {
  instance: ControllerInstance;
  isAnswered: boolean;
  hasSlot: boolean;
  tell: (news: CcrNews) => void;
}

/** A reset that was asked for. It occupies a slot of its source until that is given back. */
export interface AskedReset {
  giveSlotBack(): void;
  /** Nothing more is told. */
  forget(): void;
}

/**
 * A controller as a source of Cross-Controller Resets (Base Specification 2.3, 5.4.3 and 5.1.12): its slots, and
 * its answers, events and log page brought together. It waits for nothing and decides about no fence.
 */
export class CcrSource {
  readonly #parts: CcrSourceParts;
  readonly #requests = new Set<Request>();
  /** Entries that an earlier read showed complete: they tell nothing of a reset asked for later. */
  readonly #completeBefore = new Set<string>();
  #cntlid = 0;
  #ccrl = 0;
  #isLive = false;
  #isReading = false;
  #readAgain = false;
  #slotsFreed: () => void = () => undefined;

  constructor(parts: CcrSourceParts) {
    this.#parts = parts;
  }

  get facts(): SourceFacts {
    return {
      cntlid: this.#cntlid,
      isLive: this.#isLive,
      ccrl: this.#ccrl,
      slotsInUse: [...this.#requests].filter(({ hasSlot }) => hasSlot).length,
    };
  }

  connected(cntlid: number, ccrl: number): void {
    this.#cntlid = cntlid;
    this.#ccrl = ccrl;
    this.#isLive = true;
  }

  /** Sets who is told when a slot was given back. */
  onSlotFreed(callback: () => void): void {
    this.#slotsFreed = callback;
  }

  /** The association is gone. */
  lost(): void {
    this.#isLive = false;
    for (const request of [...this.#requests]) request.tell({ kind: 'lost' });
  }

  /**
   * Asks for the reset of an instance; that takes a slot.
   *
   * @param tell called with what becomes known, never before this returns
   */
  ask(instance: ControllerInstance, tell: (news: CcrNews) => void): AskedReset {
    const request: Request = { instance, isAnswered: false, hasSlot: true, tell };
    this.#requests.add(request);
    // A source that is lost gives no answer; whoever asks it waits in vain.
    if (this.#isLive) {
      this.#parts.send(crossControllerReset(instance), (completion) => {
        if (completion !== null) this.#answered(request, completion);
      });
    }
    return {
      giveSlotBack: () => {
        request.hasSlot = false;
        this.#slotsFreed();
      },
      forget: () => {
        if (!request.hasSlot) this.#requests.delete(request);
        // Others may have waited for its answer alone.
        this.#readIfDue();
      },
    };
  }

  /** The event "CCR completed" came. */
  eventCame(): void {
    if (this.#parts.decisions.eventIsProof()) {
      for (const request of [...this.#requests]) {
        if (request.isAnswered) request.tell({ kind: 'finished', as: 'succeeded' });
      }
    }
    const { scheduler, readLogAfterMs } = this.#parts;
    if (readLogAfterMs === 0) this.#wantRead();
    else scheduler.at(scheduler.now() + readLogAfterMs * NS_PER_MS, () => this.#wantRead());
  }

  #wantRead(): void {
    this.#readAgain = true;
    this.#readIfDue();
  }

  #answered(request: Request, { status, dword0 }: Completion): void {
    request.isAnswered = true;
    const answer = this.#parts.decisions.readAnswer({ status, immediate: ccrImmediate(dword0) });
    if (answer === 'succeeded') this.#acknowledge();
    request.tell({ kind: 'answered', answer, status });
    this.#readIfDue();
  }

  /**
   * Sends a Keep Alive ahead of all that is sent because of a success. Its segment acknowledges the success, so that a
   * capture shows the order by cause, and nobody has to compare times.
   */
  #acknowledge(): void {
    this.#parts.send(keepAliveCommand(), () => undefined);
  }

  /**
   * Reads the log page, which removes what is complete, once every command that was sent is answered: an entry
   * that is read before the answer to its own command would be lost.
   */
  #readIfDue(): void {
    if (!this.#readAgain || this.#isReading || !this.#isLive) return;
    if ([...this.#requests].some(({ isAnswered }) => !isAnswered)) return;
    this.#readAgain = false;
    this.#isReading = true;
    const asked = [...this.#requests];
    this.#parts.send(readCcrLogPage(), (completion) => {
      this.#isReading = false;
      if (completion === null) return;
      if (completion.status === 0) this.#entriesRead(readCcrLog(completion.data), new Set(asked));
      this.#readIfDue();
    });
  }

  #entriesRead(entries: readonly CcrLogEntry[], answeredBefore: ReadonlySet<Request>): void {
    for (const entry of entries) {
      const key = `${entry.icid}/${entry.ciu}`;
      const completeBefore = this.#completeBefore.has(key);
      if (entry.status !== CcrStatus.inProgress) this.#completeBefore.add(key);
      const as = this.#parts.decisions.readEntry(entry);
      if (as === 'in-progress') continue;
      if (as === 'succeeded') this.#acknowledge();
      for (const request of [...this.#requests]) {
        const reading = { afterAnswer: answeredBefore.has(request), completeBefore };
        if (!request.isAnswered) continue;
        if (this.#parts.decisions.entryCounts(entry, request.instance, reading)) {
          request.tell({ kind: 'finished', as });
        }
      }
    }
  }
}
