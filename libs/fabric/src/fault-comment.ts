import { NS_PER_S } from '@fenceline/contracts';
import type { DirectionState, LinkEnd } from './one-way.js';

/** What captures say about the faults of one direction of a link, in the comments of its packets. */
export class FaultComment {
  constructor(
    private readonly link: string,
    private readonly to: LinkEnd,
  ) {}

  dropped(): string {
    return `fault: dropped, ${this.describe('drop')}`;
  }

  held(): string {
    return `fault: held, ${this.describe('hold')}`;
  }

  /** @param afterNs how long the frame was held */
  released(afterNs: number): string {
    return `fault: released after ${inSeconds(afterNs)}, ${this.describe('hold')}`;
  }

  /** No end has sent the frame. */
  forged(): string {
    return `fault: forged by link ${this.link}`;
  }

  /** The direction passes from one state to another at `t` ns; what it was in since `since` comes first. */
  changes(before: DirectionState, since: number, state: DirectionState, t: number): string[] {
    const notes: string[] = [];
    if (before !== 'up') {
      const lasted = inSeconds(t - since);
      notes.push(`fault ends: ${this.describe(before)} for ${lasted}, until ${inSeconds(t)}`);
    }
    if (state !== 'up') notes.push(`fault begins: ${this.describe(state)} from ${inSeconds(t)}`);
    return notes;
  }

  private describe(state: 'drop' | 'hold'): string {
    return state === 'drop'
      ? `link ${this.link} down to-${this.to}`
      : `link ${this.link} holds to-${this.to}`;
  }
}

/** Nanoseconds as seconds for people, to the microsecond. */
function inSeconds(ns: number): string {
  return `${(ns / NS_PER_S).toFixed(6)} s`;
}
