import type { Scheduler } from './clock.js';

interface Timer {
  t: number;
  /** Its place among those of one moment. */
  order: number;
  /** Null once it was cancelled or has run. */
  callback: (() => void) | null;
}

/** With fewer cancelled timers than this it is not worth sorting them out. */
const compactAt = 64;

/**
 * A clock on which time passes only from one timer to the next: the time of a simulated lab. Nothing of it depends
 * on the machine, so the same calls give the same order, always.
 */
export class VirtualTime implements Scheduler {
  #now = 0;
  #orders = 0;
  /** A binary heap: the earliest timer first. */
  #heap: Timer[] = [];
  #cancelled = 0;

  now(): number {
    return this.#now;
  }

  at(t: number, callback: () => void): () => void {
    const timer: Timer = { t: Math.max(Math.ceil(t), this.#now), order: this.#orders++, callback };
    this.#push(timer);
    return () => {
      if (timer.callback === null) return;
      timer.callback = null;
      this.#cancelled++;
      if (this.#cancelled >= compactAt && this.#cancelled * 2 > this.#heap.length) this.#compact();
    };
  }

  /** Moves on to the next timer and runs it; false when there is none. What it throws is passed on. */
  step(): boolean {
    for (;;) {
      const timer = this.#pop();
      if (timer === undefined) return false;
      const { callback } = timer;
      if (callback === null) {
        this.#cancelled--;
        continue;
      }
      timer.callback = null;
      this.#now = timer.t;
      callback();
      return true;
    }
  }

  /** Runs every timer up to and at `t` ns, and those that they set there, and stands at `t` then. */
  runTo(t: number): void {
    while (this.#heap.length > 0 && this.#heap[0]!.t <= t) {
      if (this.#heap[0]!.callback === null) {
        this.#pop();
        this.#cancelled--;
      } else {
        this.step();
      }
    }
    this.#now = Math.max(this.#now, t);
  }

  #compact(): void {
    const timers = this.#heap.filter((timer) => timer.callback !== null);
    this.#heap = timers.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.t < b.t || (a.t === b.t && a.order < b.order);
}
