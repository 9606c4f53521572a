import { busyFramesPerMs, restMs } from './limits.js';

/** The frames are counted over so many ms before it is decided whether there are many. */
const windowMs = 2;

/**
 * What interrupt moderation is to a network card: where frames come so fast that the process would wake for each of
 * them, it rests for a moment after each turn of the event loop, and then finds many of them. The processor that it
 * does not take is left to the guests. Where there are few frames it does nothing, and each is forwarded at once.
 *
 * A rest stops the whole event loop, so whoever measures the loop's delays sees it.
 */
export class Pacer {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #scheduled = false;
  #busy = false;
  #frames = 0;
  #windowBegan = 0;

  /** So many frames came in this turn of the event loop. */
  came(frames: number): void {
    this.#frames += frames;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#endOfTurn);
  }

  readonly #endOfTurn = (): void => {
    this.#scheduled = false;
    const elapsed = performance.now() - this.#windowBegan;
    if (elapsed >= windowMs) {
      this.#busy = this.#frames / elapsed > busyFramesPerMs;
      this.#frames = 0;
      this.#windowBegan += elapsed;
    }
    if (this.#busy) Atomics.wait(this.#cell, 0, 0, restMs);
  };
}
