import type { Medium } from './medium.js';

const chunkBytes = 64 * 1024;

/** A medium in this process's memory that has memory only where something was written. */
export class SparseMedium implements Medium {
  readonly immediate = true;
  readonly #chunks = new Map<number, Uint8Array>();

  constructor(readonly size: number) {}

  read(offset: number, into: Uint8Array): undefined {
    this.#forEach(offset, into.length, (number, from, to, at) => {
      const chunk = this.#chunks.get(number);
      if (chunk === undefined) into.fill(0, at, at + to - from);
      else into.set(chunk.subarray(from, to), at);
    });
  }

  write(offset: number, data: Uint8Array): undefined {
    this.#forEach(offset, data.length, (number, from, to, at) => {
      let chunk = this.#chunks.get(number);
      if (chunk === undefined) this.#chunks.set(number, (chunk = new Uint8Array(chunkBytes)));
      chunk.set(data.subarray(at, at + to - from), from);
    });
  }

  zero(offset: number, length: number): undefined {
    this.#forEach(offset, length, (number, from, to) => {
      if (to - from === chunkBytes) this.#chunks.delete(number);
      else this.#chunks.get(number)?.fill(0, from, to);
    });
  }

  flush(): undefined {
    // Memory has no stabler storage behind it.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  /** Calls `part` for each piece of a range: chunk, begin and end in it, and where it lies in the range. */
  #forEach(
    offset: number,
    length: number,
    part: (number: number, from: number, to: number, at: number) => void,
  ): void {
    for (let at = 0; at < length;) {
      const number = Math.floor((offset + at) / chunkBytes);
      const from = (offset + at) % chunkBytes;
      const to = Math.min(chunkBytes, from + length - at);
      part(number, from, to, at);
      at += to - from;
    }
  }
}
