import { constants } from 'node:buffer';
import type { Medium } from './medium.js';

/** A medium in this process's memory; pages that were never written take none. */
export class MemoryMedium implements Medium {
  readonly size: number;
  readonly immediate = true;
  readonly #bytes: Uint8Array;

  /** @throws RangeError when `size` (bytes) is more than one buffer can have. */
  constructor(size: number) {
    if (size > constants.MAX_LENGTH) {
      throw new RangeError(
        `a medium in memory has at most ${constants.MAX_LENGTH} bytes, not ${size}: use a file`,
      );
    }
    this.size = size;
    this.#bytes = new Uint8Array(size);
  }

  read(offset: number, into: Uint8Array): undefined {
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }

  write(offset: number, data: Uint8Array): undefined {
    this.#bytes.set(data, offset);
  }

  zero(offset: number, length: number): undefined {
    this.#bytes.fill(0, offset, offset + length);
  }

  flush(): undefined {
    // Memory has no stabler storage behind it.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
