import { payloadMemory } from '../hash/payload-memory.js';

/** At least so much room for a read, so that a client's requests come in few pieces. */
const leastRoom = 128 * 1024;

const firstCapacity = 512 * 1024;

/**
 * The bytes of a stream that were read and not yet taken, in one piece: a request whose beginning is there is
 * completed in place, so that payloads need no copy to be joined.
 */
export class ReceiveBuffer {
  #bytes = payloadMemory(firstCapacity);
  #view = viewOf(this.#bytes);
  #start = 0;
  #end = 0;
  /** Bytes that the stream's next unit has, as far as is known. */
  #expected = 0;

  /** Bytes that are there. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Those bytes, valid until the next `space()`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The memory as a whole; `at` says where in it the first byte is. Valid until the next `space()`. */
  get view(): DataView {
    return this.#view;
  }

  get at(): number {
    return this.#start;
  }

  /** Where the next bytes go. */
  space(): Uint8Array {
    const { length } = this;
    if (length === 0) this.#start = this.#end = 0;
    const wanted = Math.max(this.#expected, length + leastRoom);
    if (this.#start + wanted > this.#bytes.length) this.#moveToFront(wanted);
    return this.#bytes.subarray(this.#end);
  }

  /** So many bytes were put into the space. */
  came(bytes: number): void {
    this.#end += bytes;
  }

  /** `length` bytes, counted from the first, are one unit and should come to lie in one piece. */
  expect(length: number): void {
    this.#expected = length;
  }

  /** Takes the first bytes away; returns them, valid until the next `space()`. */
  take(length: number): Buffer {
    const taken = this.#bytes.subarray(this.#start, this.#start + length);
    this.#start += length;
    this.#expected = 0;
    return taken;
  }

  #moveToFront(capacity: number): void {
    const old = this.#bytes;
    if (capacity > old.length) {
      // Lengths that creep up should not need new memory each time.
      this.#bytes = payloadMemory(Math.max(capacity, 2 * old.length));
      this.#view = viewOf(this.#bytes);
    }
    old.copy(this.#bytes, 0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
