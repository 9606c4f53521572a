import { roomFor } from '@fenceline/nvme';
import type { Command } from '../model.js';
import type { BlockHasher } from './block-hasher.js';

/** Data of a command that is read rather than hashed: Connect, Identify, log pages, ranges. */
export class CollectedData {
  readonly bytes: Uint8Array;
  #filled = 0;

  constructor(length: number) {
    this.bytes = roomFor(length);
  }

  /** Takes `bytes[start, end)`, which stand `at` bytes into the command's data; what is beyond is left out. */
  take(bytes: Uint8Array, start: number, end: number, at: number): void {
    const length = Math.min(end - start, this.bytes.length - at);
    if (length <= 0) return;
    this.bytes.set(bytes.subarray(start, start + length), at);
    this.#filled += length;
  }

  get complete(): boolean {
    return this.#filled >= this.bytes.length;
  }
}

/** Whoever takes a command's data as it goes by. */
export type DataTaker = BlockHasher | CollectedData;

/** A command from its sending to the delivery of its answer, with what is needed to follow it. */
export class InFlight {
  /** The submission queue entry of an admin or fabrics command; null for I/O. */
  entry: DataView | null = null;
  /** Bytes of H2CData that must reach the node before the command is complete. */
  dataToNode = 0;
  dataDelivered = 0;
  capsuleDelivered = false;
  /** Data from the host, as sent; and that of a write as delivered, from its first delivery on. */
  sentToNode: DataTaker | null = null;
  deliveredToNode: BlockHasher | null = null;
  /** Data from the node, as sent and as delivered. */
  sentToHost: DataTaker | null = null;
  deliveredToHost: DataTaker | null = null;
  /** End of its answer in the stream to the host, once that was delivered; a few bytes more at most. */
  answerEnd = 0;
  /** All of its data has been sent by the host, or it has none. */
  payloadSent = false;

  constructor(readonly command: Command) {}
}
