import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import { statusName } from '@fenceline/nvme';
import type { ControllerInstance, HostDecisions } from '../decisions.js';
import type { AttemptEnd } from './attempt-end.js';
import type { CcrNews, CcrSource, AskedReset } from './ccr-source.js';

export interface AttemptParts {
  source: CcrSource;
  instance: ControllerInstance;
  scheduler: Scheduler;
  decisions: HostDecisions;
  /** How long the source may take to answer the command, and how long in all. */
  ccrAnswerMs: number;
  ccrWaitMs: number;
  /** Called once, never before the constructor returns. */
  ended: (end: AttemptEnd) => void;
  /** The reset has succeeded after all, when nobody waited for this source any more. */
  succeededLate: () => void;
}

/**
 * One source is asked for the reset of a lost controller. Its slot is given back on every way out. What it says
 * after its time is still listened to: a success is one, however late.
 */
export class Attempt {
  readonly #parts: AttemptParts;
  readonly #asked: AskedReset;
  readonly #askedAt: number;
  #state: 'asked' | 'taken' | 'ended' = 'asked';
  #cancelTimer: () => void;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    const { source, instance, decisions, ccrAnswerMs, scheduler } = parts;
    this.#askedAt = scheduler.now();
    const waitMs = decisions.answerWaitMs(ccrAnswerMs);
    this.#cancelTimer = this.#after(waitMs, { kind: 'not-taken', why: 'it did not answer' });
    this.#asked = source.ask(instance, (news) => this.#told(news));
  }

  /** The time of the fence is up. */
  deadlinePassed(): void {
    this.#end({ kind: 'deadline' });
  }

  /** Nobody is interested any more, not even in a late success. */
  cancel(): void {
    this.#finish({ kind: 'deadline' });
    this.#asked.forget();
  }

  #told(news: CcrNews): void {
    if (this.#state === 'ended') {
      const answered = news.kind === 'answered' && news.answer === 'succeeded';
      const finished = news.kind === 'finished' && news.as === 'succeeded';
      if (answered || finished) this.#parts.succeededLate();
      return;
    }
    switch (news.kind) {
      case 'answered':
        this.#answered(news.answer, news.status);
        break;
      case 'finished':
        this.#end(
          news.as === 'succeeded'
            ? { kind: 'succeeded' }
            : { kind: 'operation-failed', why: 'the operation failed' },
        );
        break;
      case 'lost':
        // A source that had taken the command may still reset the controller, but will not say so.
        this.#end(
          this.#state === 'taken'
            ? { kind: 'operation-failed', why: 'the source was lost' }
            : { kind: 'not-taken', why: 'the source was lost' },
        );
    }
  }

  #answered(answer: 'succeeded' | 'accepted' | 'refused', status: number): void {
    if (this.#state !== 'asked') return;
    if (answer === 'succeeded') this.#end({ kind: 'succeeded' });
    else if (answer === 'refused') this.#end({ kind: 'not-taken', why: statusName(status) });
    else {
      this.#state = 'taken';
      this.#cancelTimer();
      const { ccrWaitMs } = this.#parts;
      const why = `the operation took longer than ${ccrWaitMs} ms`;
      this.#cancelTimer = this.#after(ccrWaitMs, { kind: 'operation-failed', why });
    }
  }

  /** Ends it so long after the source was asked. */
  #after(ms: number, end: AttemptEnd): () => void {
    return this.#parts.scheduler.at(this.#askedAt + ms * NS_PER_MS, () => this.#end(end));
  }

  #end(end: AttemptEnd): void {
    if (this.#finish(end)) this.#parts.ended(end);
  }

  /** @returns false when it had ended before */
  #finish(end: AttemptEnd): boolean {
    if (this.#state === 'ended') return false;
    this.#state = 'ended';
    this.#cancelTimer();
    if (this.#parts.decisions.returnsSlot(end)) this.#asked.giveSlotBack();
    return true;
  }
}
