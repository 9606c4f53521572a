/** A capture may have many connections that carry little, or nothing. */
const FIRST_CAPACITY = 4 * 1024;

/** As much as a sender may have in flight; bytes beyond are no longer compared. */
const LARGEST_CAPACITY = 16 * 1024 * 1024;

/**
 * The bytes that a sender sent and that were not yet acknowledged to it, to compare a retransmission
 * with what was sent first. A ring: it grows to the sender's window and no further.
 */
export class SentWindow {
  #ring = new Uint8Array(0);
  /** Positions in the stream of the first byte kept and of one past the last. */
  #start = 0;
  #end = 0;

  /** Keeps `bytes[start, end)`, the next of the stream. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#end - this.#start + length > this.#ring.length) this.#makeRoom(length);
    const from = length > this.#ring.length ? end - this.#ring.length : start;
    this.#end += from - start;
    this.#write(bytes, from, end);
    this.#end += end - from;
    if (this.#end - this.#start > this.#ring.length) this.#start = this.#end - this.#ring.length;
  }

  /** Lets go of the bytes before `position`: they were acknowledged. */
  release(position: number): void {
    if (position > this.#start) this.#start = Math.min(position, this.#end);
  }

  /**
   * Compares `bytes[start, end)`, which stand at `position` of the stream, with what is kept of them.
   *
   * @returns the position of the first byte that differs, or -1
   */
  firstDifference(position: number, bytes: Uint8Array, start: number, end: number): number {
    const from = Math.max(position, this.#start);
    const to = Math.min(position + end - start, this.#end);
    const ring = this.#ring;
    const size = ring.length;
    let slot = from % size;
    for (let at = from; at < to; at++) {
      if (ring[slot] !== bytes[start + at - position]) return at;
      if (++slot === size) slot = 0;
    }
    return -1;
  }

  #write(bytes: Uint8Array, start: number, end: number): void {
    const size = this.#ring.length;
    const slot = this.#end % size;
    const first = Math.min(end - start, size - slot);
    this.#ring.set(bytes.subarray(start, start + first), slot);
    if (start + first < end) this.#ring.set(bytes.subarray(start + first, end), 0);
  }

  #makeRoom(length: number): void {
    const kept = this.#end - this.#start;
    let capacity = Math.max(this.#ring.length, FIRST_CAPACITY);
    while (capacity < kept + length && capacity < LARGEST_CAPACITY) capacity *= 2;
    if (capacity === this.#ring.length) return;
    const old = this.#ring;
    this.#ring = new Uint8Array(capacity);
    for (let at = this.#start; at < this.#end;) {
      const from = at % old.length;
      const to = at % capacity;
      const part = Math.min(this.#end - at, old.length - from, capacity - to);
      this.#ring.set(old.subarray(from, from + part), to);
      at += part;
    }
  }
}
