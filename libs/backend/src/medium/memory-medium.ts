import type { Medium } from './medium.js';

/** A medium in this process's memory; pages that were never written take none. */
export class MemoryMedium implements Medium {
  readonly size: number;
  readonly immediate = true;
  readonly #bytes: Uint8Array;

  /** @throws RangeError when this process cannot have `size` bytes in one piece */
  constructor(size: number) {
    this.size = size;
    try {
      this.#bytes = new Uint8Array(size);
    } catch (error) {
      const message = `${size} bytes in one piece are more than this process can have: use a file`;
      throw new RangeError(message, { cause: error });
    }
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
