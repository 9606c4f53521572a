import { hashBlock } from '@fenceline/capture';
import type { PayloadId } from '../model.js';

const FIRST_CAPACITY = 1024;
/** No payload has this number: a free place. */
const FREE = 0xffff_ffff;

/**
 * Gives each payload, known by the hash of one block, its small number. Number 0 is the all-zero block.
 *
 * The numbers lie in an open table, found by bits of the hash: a `Map` of millions of `bigint` is several times
 * as slow and as large.
 */
export class PayloadTable {
  /** Hash of each payload, by its number. */
  #hashes = new BigUint64Array(FIRST_CAPACITY);
  #count = 0;
  /** Numbers, each at the first free place from that of its hash on. At least half of the places are free. */
  #places = new Uint32Array(2 * FIRST_CAPACITY).fill(FREE);
  /** A hash, to take its bits without another `bigint`. */
  readonly #hash = new BigUint64Array(1);
  readonly #bits = new Uint32Array(this.#hash.buffer);
  readonly #buffers: Uint8Array[] = [];

  constructor(readonly blockSize: number) {
    this.ofHash(hashBlock(new Uint8Array(blockSize)));
  }

  /** Number of the payload with this hash. */
  ofHash(hash: bigint): PayloadId {
    const place = this.#placeOf(hash);
    const known = this.#places[place]!;
    if (known !== FREE) return known;
    const id = this.#count++;
    this.#hashes[id] = hash;
    this.#places[place] = id;
    if (this.#count === this.#hashes.length) this.#grow();
    return id;
  }

  /** Number of the payload with this hash, if it was seen. */
  find(hash: bigint): PayloadId | undefined {
    const known = this.#places[this.#placeOf(hash)]!;
    return known === FREE ? undefined : known;
  }

  /** Number of one block's bytes. */
  ofBlock(block: Uint8Array): PayloadId {
    return this.ofHash(hashBlock(block));
  }

  /** Lends a buffer of one block, its content undefined. */
  borrow(): Uint8Array {
    return this.#buffers.pop() ?? new Uint8Array(this.blockSize);
  }

  /** Takes a lent buffer back. */
  giveBack(buffer: Uint8Array): void {
    this.#buffers.push(buffer);
  }

  /** Hashes of all payloads as 16 hex digits, by number. */
  hashes(): string[] {
    return Array.from(this.#hashes.subarray(0, this.#count), (hash) =>
      hash.toString(16).padStart(16, '0'),
    );
  }

  /** Where the number of this hash is, or would be. */
  #placeOf(hash: bigint): number {
    const places = this.#places;
    const mask = places.length - 1;
    this.#hash[0] = hash;
    let place = (this.#bits[0]! ^ this.#bits[1]!) & mask;
    for (;;) {
      const id = places[place]!;
      if (id === FREE || this.#hashes[id] === hash) return place;
      place = (place + 1) & mask;
    }
  }

  #grow(): void {
    const hashes = new BigUint64Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#places = new Uint32Array(2 * hashes.length).fill(FREE);
    for (let id = 0; id < this.#count; id++) this.#places[this.#placeOf(hashes[id]!)] = id;
  }
}
