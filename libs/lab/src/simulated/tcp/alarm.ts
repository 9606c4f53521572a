import type { Scheduler } from '@fenceline/contracts';

/** A timer that is moved much more often than it rings: moving it to a later time costs nothing. */
export class Alarm {
  #due: number | null = null;
  /** When the timer that is set comes, and what cancels it. */
  #timer: { t: number; cancel: () => void } | null = null;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly ring: () => void,
  ) {}

  get isSet(): boolean {
    return this.#due !== null;
  }

  /** It rings at `t` ns, and at no time that was set before. */
  set(t: number): void {
    this.#due = t;
    if (this.#timer !== null && this.#timer.t <= t) return;
    this.#timer?.cancel();
    this.#arm(t);
  }

  clear(): void {
    this.#due = null;
  }

  #arm(t: number): void {
    this.#timer = { t, cancel: this.scheduler.at(t, () => this.#came()) };
  }

  #came(): void {
    this.#timer = null;
    const due = this.#due;
    if (due === null) return;
    if (due > this.scheduler.now()) {
      this.#arm(due);
      return;
    }
    this.#due = null;
    this.ring();
  }
}
