import { hashBlock } from '../payload.js';
import {
  BLOCK_CHECKED_FROM,
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  FILE_HEADER_BYTES,
  FILE_MAGIC,
  FLAG_FUA,
  HASH_BYTES,
  JOURNAL_VERSION,
  MAX_BLOCK_BYTES,
  OpCode,
  RECEIVED_BYTES,
  RECORD_BYTES,
  RecordKind,
  padded,
} from './format.js';
import type { ReceivedFields } from './records.js';

/** A block is sealed once its records have grown to this; one large record may make it longer. */
const SEAL_AT_BYTES = 64 * 1024;

const INITIAL_BYTES = 256 * 1024;

const TWO_TO_32 = 0x1_0000_0000;

/**
 * Writes a journal into memory: records go into a growing buffer, {@link take} hands out what is ready
 * for the file as sealed blocks. Times are nanoseconds since the lab started, whole numbers.
 *
 * Nothing is allocated for a record; the buffers that `take` handed out may be given back to it.
 */
export class JournalEncoder {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** Where the open block begins, or -1. */
  #block = -1;
  #records = 0;
  #sequence = 0;

  /** @param blockSize bytes of a logical block. */
  constructor(blockSize: number) {
    for (let i = 0; i < FILE_MAGIC.length; i++) this.#bytes[i] = FILE_MAGIC.charCodeAt(i);
    this.#view.setUint16(8, JOURNAL_VERSION, true);
    this.#view.setUint32(12, blockSize, true);
    this.#view.setBigUint64(16, hashBlock(this.#bytes.subarray(0, 16)), true);
    this.#at = FILE_HEADER_BYTES;
  }

  /** Bytes that wait to be taken. */
  get waiting(): number {
    return this.#at;
  }

  /** A new export, before its first connection. */
  exported(number: number, node: string): void {
    const nameBytes = padded(node.length * 2);
    const at = this.#record(RecordKind.export, 0, number, node.length, 0, RECORD_BYTES + nameBytes);
    const name = at + RECORD_BYTES;
    this.#bytes.fill(0, name, name + nameBytes);
    for (let i = 0; i < node.length; i++) {
      this.#view.setUint16(name + i * 2, node.charCodeAt(i), true);
    }
    this.#sealWhenLong();
  }

  connected(t: number, exported: number, connection: number): void {
    this.#record(RecordKind.connect, 0, exported, connection, t, RECORD_BYTES);
    this.#sealWhenLong();
  }

  disconnected(t: number, exported: number, connection: number): void {
    this.#record(RecordKind.disconnect, 0, exported, connection, t, RECORD_BYTES);
    this.#sealWhenLong();
  }

  received(t: number, fields: ReceivedFields): void {
    const { hashes, offset } = fields;
    const bytes = RECEIVED_BYTES + hashes.length * HASH_BYTES;
    const op = OpCode[fields.op];
    const at = this.#record(RecordKind.received, op, fields.export, fields.request, t, bytes);
    const view = this.#view;
    view.setUint32(at + 16, offset >>> 0, true);
    view.setUint32(at + 20, Math.floor(offset / TWO_TO_32), true);
    view.setUint32(at + 24, fields.length, true);
    view.setUint32(at + 28, fields.connection, true);
    view.setUint32(at + 32, hashes.length, true);
    view.setUint32(at + 36, fields.fua ? FLAG_FUA : 0, true);
    let hashAt = at + RECEIVED_BYTES;
    for (let i = 0; i < hashes.length; i++) {
      view.setBigUint64(hashAt, hashes[i]!, true);
      hashAt += HASH_BYTES;
    }
    this.#sealWhenLong();
  }

  held(t: number, request: number): void {
    this.#progress(RecordKind.held, 0, t, request);
  }

  released(t: number, request: number): void {
    this.#progress(RecordKind.released, 0, t, request);
  }

  applied(t: number, request: number): void {
    this.#progress(RecordKind.applied, 0, t, request);
  }

  failed(t: number, request: number, errno: number): void {
    this.#progress(RecordKind.failed, errno, t, request);
  }

  discarded(t: number, request: number): void {
    this.#progress(RecordKind.discarded, 0, t, request);
  }

  replied(t: number, request: number): void {
    this.#progress(RecordKind.replied, 0, t, request);
  }

  /** The journal is closed in order: the last record. */
  ended(t: number): void {
    this.#progress(RecordKind.end, 0, t, 0);
  }

  /**
   * Seals what was recorded so far and hands it out, to be written to the file as it is, in the order
   * taken. The bytes are the caller's until it gives them back as `spare` of a later call.
   */
  take(spare?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#seal();
    const ready = this.#bytes.subarray(0, this.#at);
    this.#bytes =
      spare === undefined ? new Uint8Array(INITIAL_BYTES) : new Uint8Array(spare.buffer);
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = 0;
    return ready;
  }

  #progress(kind: number, detail: number, t: number, request: number): void {
    this.#record(kind, 0, detail, request, t, RECORD_BYTES);
    this.#sealWhenLong();
  }

  /** Makes room for a record and writes its common part; returns where it begins. */
  #record(
    kind: number,
    op: number,
    detail: number,
    subject: number,
    t: number,
    bytes: number,
  ): number {
    if (bytes > MAX_BLOCK_BYTES) {
      throw new RangeError(`a journal record of ${bytes} bytes is over ${MAX_BLOCK_BYTES}`);
    }
    // A long record gets a block of its own, so that no block outgrows what readers accept.
    if (bytes > SEAL_AT_BYTES) this.#seal();
    this.#reserve(BLOCK_HEADER_BYTES + bytes);
    if (this.#block < 0) {
      this.#block = this.#at;
      this.#at += BLOCK_HEADER_BYTES;
    }
    const at = this.#at;
    const view = this.#view;
    view.setUint32(at, kind | (op << 8) | (detail << 16), true);
    view.setUint32(at + 4, subject, true);
    view.setUint32(at + 8, t >>> 0, true);
    view.setUint32(at + 12, t / TWO_TO_32, true);
    this.#at = at + bytes;
    this.#records++;
    return at;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  #sealWhenLong(): void {
    if (this.#at - this.#block >= SEAL_AT_BYTES) this.#seal();
  }

  #seal(): void {
    const start = this.#block;
    if (start < 0) return;
    const view = this.#view;
    view.setUint32(start, BLOCK_MAGIC, true);
    view.setUint32(start + 4, this.#at - start - BLOCK_HEADER_BYTES, true);
    view.setUint32(start + 16, this.#sequence, true);
    view.setUint32(start + 20, this.#records, true);
    const checked = this.#bytes.subarray(start + BLOCK_CHECKED_FROM, this.#at);
    view.setBigUint64(start + 8, hashBlock(checked), true);
    this.#sequence++;
    this.#records = 0;
    this.#block = -1;
  }
}
