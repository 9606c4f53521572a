import type { Unit } from './frame-splitter.js';

/** A unit that could not be handed over when it came. */
export interface WaitingUnit extends Unit {
  /** When a fault held it, in ns; -1 when it waits for a slow receiver only. */
  heldAt: number;
  /** Whether the link made it itself. */
  forged: boolean;
}

const compactAt = 1024;

/** First in, first out, without moving what is behind the first at every turn. */
export class UnitQueue {
  #units: WaitingUnit[] = [];
  #head = 0;

  get length(): number {
    return this.#units.length - this.#head;
  }

  push(unit: WaitingUnit): void {
    this.#units.push(unit);
  }

  shift(): WaitingUnit | undefined {
    const unit = this.#units[this.#head];
    if (unit === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#units.length || this.#head === compactAt) {
      this.#units.splice(0, this.#head);
      this.#head = 0;
    }
    return unit;
  }
}
