import { hashBlock } from '@fenceline/capture';
import type { PayloadId } from '../model.js';

/** Gives each payload, known by the hash of one block, its small number. Number 0 is the all-zero block. */
export class PayloadTable {
  readonly #ids = new Map<bigint, PayloadId>();
  readonly #hashes: bigint[] = [];
  readonly #buffers: Uint8Array[] = [];

  constructor(readonly blockSize: number) {
    this.ofHash(hashBlock(new Uint8Array(blockSize)));
  }

  /** Number of the payload with this hash. */
  ofHash(hash: bigint): PayloadId {
    const known = this.#ids.get(hash);
    if (known !== undefined) return known;
    const id = this.#hashes.length;
    this.#ids.set(hash, id);
    this.#hashes.push(hash);
    return id;
  }

  /** Number of the payload with this hash, if it was seen. */
  find(hash: bigint): PayloadId | undefined {
    return this.#ids.get(hash);
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

  /** Hash of a payload. */
  hashOf(id: PayloadId): bigint {
    return this.#hashes[id]!;
  }

  /** Hashes of all payloads as 16 hex digits, by number. */
  hashes(): string[] {
    return this.#hashes.map((hash) => hash.toString(16).padStart(16, '0'));
  }
}
