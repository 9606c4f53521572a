import { roomFor } from '@fenceline/nvme';

/**
 * The memory of frames, used again as soon as they are gone: a lab sends thousands, of few lengths, and has few on their
 * way at a time.
 */
export class FramePool {
  /** Frames that are gone, by their length. */
  readonly #gone = new Map<number, Uint8Array[]>();

  /** A frame of this length, in which anything may stand. */
  take(length: number): Uint8Array {
    return this.#gone.get(length)?.pop() ?? roomFor(length);
  }

  /** Takes back a frame that nobody reads any more. */
  giveBack(frame: Uint8Array): void {
    const gone = this.#gone.get(frame.length);
    if (gone === undefined) this.#gone.set(frame.length, [frame]);
    else gone.push(frame);
  }
}
