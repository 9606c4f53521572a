import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import type { ControllerInstance, HostDecisions } from '../decisions.js';
import type { AttemptEnd } from './attempt-end.js';
import { Attempt } from './attempt.js';
import type { CcrSource } from './ccr-source.js';
import { chooseSource } from './choose-source.js';

export interface FenceParts {
  /** Tells the fences of a path from each other. */
  number: number;
  /** The instance that is to be reset, and null where it has no name or the host does not ask for resets. */
  instance: ControllerInstance | null;
  /** When the hold ends at the latest, in ns. */
  deadline: number;
  ccrAnswerMs: number;
  ccrWaitMs: number;
  scheduler: Scheduler;
  decisions: HostDecisions;
  log: (line: string) => void;
  /** Every other controller of the subsystem, live or not. */
  sources: () => readonly CcrSource[];
  /** A source's name for the log. */
  nameOf: (source: CcrSource) => string;
  /** Called once. */
  ended: () => void;
}

/**
 * The fence of one lost association: it ends when the controller can no longer execute its commands. Other
 * controllers are asked to reset it (TP8028) while the time-based hold (TP4129) is running, so that a reset that
 * does not work out costs no time. Whose timer tells that the hold has ended is the path's business.
 */
export class Fence {
  readonly #parts: FenceParts;
  readonly #asked = new Set<CcrSource>();
  /** The source that was asked last. */
  #source: CcrSource | null = null;
  /** The attempt that is waited for, and all that were made. */
  #attempt: Attempt | null = null;
  readonly #attempts: Attempt[] = [];
  #state: 'asking' | 'without-source' | 'holding' | 'ended' = 'holding';

  constructor(parts: FenceParts) {
    this.#parts = parts;
  }

  get number(): number {
    return this.#parts.number;
  }

  begin(): void {
    const { instance, log } = this.#parts;
    if (instance === null) {
      log(`time-based recovery, timeout = ${this.#leftMs()}ms`);
      return;
    }
    log(`attempting CCR, timeout ${this.#leftMs()}ms`);
    this.#askNext(instance);
  }

  /** A controller has become live, or has a slot again. */
  sourcesChanged(): void {
    const { instance } = this.#parts;
    if (this.#state === 'without-source' && instance !== null) this.#askNext(instance);
  }

  /** The time-based hold is over. */
  deadlinePassed(): void {
    if (this.#attempt !== null) this.#attempt.deadlinePassed();
    else if (this.#state !== 'ended') this.#release({ kind: 'deadline' });
  }

  /** Nobody is interested any more: `ended` is not called. */
  cancel(): void {
    this.#state = 'ended';
    for (const attempt of this.#attempts) attempt.cancel();
  }

  #askNext(instance: ControllerInstance): void {
    const { sources, decisions } = this.#parts;
    const lastAsked = this.#source?.facts.cntlid ?? -1;
    const source = chooseSource(sources(), this.#asked, lastAsked, decisions);
    if (source === undefined) {
      this.#attemptEnded({ kind: 'no-source' }, instance);
      return;
    }
    this.#state = 'asking';
    this.#asked.add(source);
    this.#source = source;
    const ended = (end: AttemptEnd) => this.#attemptEnded(end, instance);
    const succeededLate = () => this.#succeededLate(source, instance);
    this.#attempt = new Attempt({ ...this.#parts, source, instance, ended, succeededLate });
    this.#attempts.push(this.#attempt);
  }

  #succeededLate(source: CcrSource, instance: ControllerInstance): void {
    if (this.#state === 'ended') return;
    this.#source = source;
    this.#attemptEnded({ kind: 'succeeded' }, instance);
  }

  #attemptEnded(end: AttemptEnd, instance: ControllerInstance): void {
    this.#attempt = null;
    if (this.#parts.decisions.releasesAfter(end)) {
      this.#release(end);
      return;
    }
    switch (end.kind) {
      case 'not-taken':
        this.#parts.log(`CCR not taken by ${this.#sourceName()}: ${end.why}`);
        this.#askNext(instance);
        break;
      case 'no-source':
        // One that could be asked may still come.
        if (this.#state !== 'without-source') this.#hold();
        this.#state = 'without-source';
        break;
      case 'operation-failed':
        this.#parts.log(`CCR through ${this.#sourceName()}: ${end.why}`);
        this.#hold();
        break;
      case 'succeeded':
      case 'deadline':
        this.#hold();
    }
  }

  /** Goes on waiting for what is left of the time. */
  #hold(): void {
    this.#state = 'holding';
    const left = this.#leftMs();
    this.#parts.log(`CCR failed, switch to time-based recovery, timeout = ${left}ms`);
  }

  #release(end: AttemptEnd): void {
    this.cancel();
    this.#parts.log(
      end.kind === 'succeeded'
        ? `CCR succeeded using ${this.#sourceName()}`
        : 'Time-based recovery finished',
    );
    this.#parts.ended();
  }

  #sourceName(): string {
    return this.#source === null ? 'no source' : this.#parts.nameOf(this.#source);
  }

  #leftMs(): number {
    const { deadline, scheduler } = this.#parts;
    return Math.max(0, Math.round((deadline - scheduler.now()) / NS_PER_MS));
  }
}
