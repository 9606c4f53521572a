import type { PayloadId } from '../model.js';
import type { PayloadTable } from './payload-table.js';

/** So many blocks have their places before they come. */
const FEW_BLOCKS = 256;

/** A block of which some bytes have come. */
interface PartialBlock {
  bytes: Uint8Array;
  filled: number;
}

/**
 * Hashes a command's data block by block as it comes, in any split. A block that comes in one piece is
 * hashed in place; one that comes in several is put together in a buffer of one block.
 */
export class BlockHasher {
  /** Complete once `done`. */
  readonly payloads: PayloadId[];
  #missing: number;
  /** The block being put together: nearly always the only one. */
  #index = -1;
  #current: PartialBlock | null = null;
  /** Blocks put aside because data for another one came. */
  #aside: Map<number, PartialBlock> | null = null;

  constructor(
    private readonly table: PayloadTable,
    private readonly blocks: number,
  ) {
    this.#missing = blocks;
    // No longer than needed, as a history keeps very many; but a command may name more blocks than it ever sends.
    this.payloads = blocks <= FEW_BLOCKS ? new Array<PayloadId>(blocks) : [];
  }

  /** Has every byte of every block come? */
  get done(): boolean {
    return this.#missing === 0;
  }

  /** Takes `bytes[start, end)`, which stand `at` bytes into the command's data. */
  take(bytes: Uint8Array, start: number, end: number, at: number): void {
    const { blockSize } = this.table;
    let from = start;
    let offset = at;
    while (from < end) {
      const index = Math.floor(offset / blockSize);
      if (index >= this.blocks) return;
      const within = offset - index * blockSize;
      const part = Math.min(blockSize - within, end - from);
      if (part === blockSize) this.#finish(index, bytes.subarray(from, from + part));
      else this.#fill(index, within, bytes, from, part);
      from += part;
      offset += part;
    }
  }

  #fill(index: number, within: number, bytes: Uint8Array, from: number, length: number): void {
    const block = this.#select(index);
    block.bytes.set(bytes.subarray(from, from + length), within);
    block.filled += length;
    if (block.filled < block.bytes.length) return;
    this.#finish(index, block.bytes);
    this.table.giveBack(block.bytes);
    this.#current = null;
    this.#index = -1;
  }

  #select(index: number): PartialBlock {
    if (this.#index === index) return this.#current!;
    if (this.#current !== null) {
      this.#aside ??= new Map();
      this.#aside.set(this.#index, this.#current);
    }
    const kept = this.#aside?.get(index);
    this.#aside?.delete(index);
    this.#index = index;
    this.#current = kept ?? { bytes: this.table.borrow(), filled: 0 };
    return this.#current;
  }

  #finish(index: number, block: Uint8Array): void {
    if (this.payloads[index] === undefined) this.#missing--;
    this.payloads[index] = this.table.ofBlock(block);
  }
}
