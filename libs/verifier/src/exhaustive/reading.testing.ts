import { never, type History } from '@fenceline/history';

/**
 * Which way a comparison falls whose margin is below the uncertainty of the two time stamps. Every comparison
 * that a rule makes is put as "a before b", so that `true` is what accuses: a reading that accuses in every
 * doubt finds whatever can be found, one that excuses finds only what is certain.
 */
export type Doubt = 'accuse' | 'excuse';

export const doubts: readonly Doubt[] = ['excuse', 'accuse'];

/** A moment, and the moment whose time stamp it was counted from (docs/rules, Uncertainty). */
export interface Moment {
  at: number;
  stampedAt: number;
}

export function stamped(at: number): Moment {
  return { at, stampedAt: at };
}

/** One way to read the time stamps of a history. */
export class Reading {
  constructor(
    private readonly history: History,
    private readonly doubt: Doubt,
  ) {}

  /** By time stamp: either may be late. */
  before(a: Moment, b: Moment): boolean {
    if (a.at === never || b.at === -never) return false;
    if (b.at === never || a.at === -never) return true;
    return this.#isDoubtful(a, b) ? this.doubt === 'accuse' : a.at < b.at;
  }

  /** What was sent before an answer was handed over was sent without it; what came later may have been too. */
  answeredBeforeSent(answeredAt: number, sentAt: number): boolean {
    return answeredAt < sentAt && this.before(stamped(answeredAt), stamped(sentAt));
  }

  /**
   * The end of a fence, and something that was sent. A stamp may be late, never early: the end may have come
   * earlier by its own delay, and is certain to have come first only with the delays of both between them.
   */
  endedBeforeSent(end: Moment, sentAt: number): boolean {
    const { history } = this;
    if (end.at === never) return false;
    if (sentAt === never) return true;
    const delay = history.uncertaintyAt(end.stampedAt);
    if (this.doubt === 'accuse') return end.at - delay < sentAt;
    return end.at + delay < sentAt - history.uncertaintyAt(sentAt);
  }

  #isDoubtful(a: Moment, b: Moment): boolean {
    const { history } = this;
    const delay = history.uncertaintyAt(a.stampedAt) + history.uncertaintyAt(b.stampedAt);
    return Math.abs(a.at - b.at) < delay;
  }
}
