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
import type {
  JournalCut,
  JournalHeader,
  JournalOp,
  JournalRecord,
  ProgressRecord,
} from './records.js';

/** Called for each record in order; `number` counts from 1 and is how a report names the record. */
export type JournalSink = (record: JournalRecord, number: number) => void;

const TWO_TO_32 = 0x1_0000_0000;

const opNames: readonly (JournalOp | undefined)[] = invert(OpCode);

const progressNames: readonly (ProgressRecord['kind'] | undefined)[] = invert({
  held: RecordKind.held,
  released: RecordKind.released,
  applied: RecordKind.applied,
  discarded: RecordKind.discarded,
  replied: RecordKind.replied,
});

/**
 * Reads a journal from chunks of any size. Whole blocks within a chunk are read in place; only a block
 * that spans chunks is copied. A block is trusted as a whole or not at all, so every record that the sink
 * saw is one that was written.
 */
export class JournalDecoder {
  readonly #sink: JournalSink;
  #header: JournalHeader | null = null;
  #cut: JournalCut | null = null;
  #ended = false;
  #records = 0;
  #sequence = 0;
  /** Byte of the file at which the part begins that is read now. */
  #offset = 0;
  /** Bytes of that part; it grows from a block's header to the whole block once its header is known. */
  #need = FILE_HEADER_BYTES;
  #inBlock = false;
  #carry = new Uint8Array(0);
  #carried = 0;

  constructor(sink: JournalSink) {
    this.#sink = sink;
  }

  /** Null until it was read. */
  get header(): JournalHeader | null {
    return this.#header;
  }

  /** Takes the next bytes of the file. Bytes after a cut are not looked at. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (this.#cut === null) {
      if (this.#carried === 0 && chunk.length - at >= this.#need) {
        const length = this.#need;
        if (this.#read(chunk.subarray(at, at + length))) at += length;
        continue;
      }
      const taken = Math.min(this.#need - this.#carried, chunk.length - at);
      this.#keep(chunk.subarray(at, at + taken));
      at += taken;
      if (this.#carried < this.#need) return;
      if (this.#read(this.#carry.subarray(0, this.#need))) this.#carried = 0;
    }
  }

  /** No more bytes will come. Null when the journal is whole: it ends with its `end` record. */
  finish(): JournalCut | null {
    if (this.#cut !== null) return this.#cut;
    if (this.#carried > 0) this.#stop('the last block is not whole');
    else if (this.#header === null) this.#stop('the file is empty');
    else if (!this.#ended) this.#stop('the journal was not closed');
    return this.#cut;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#carried + bytes.length;
    if (length > this.#carry.length) {
      const grown = new Uint8Array(Math.max(this.#need, this.#carry.length * 2));
      grown.set(this.#carry.subarray(0, this.#carried));
      this.#carry = grown;
    }
    this.#carry.set(bytes, this.#carried);
    this.#carried = length;
  }

  #stop(reason: string): void {
    this.#cut = { offset: this.#offset, reason };
  }

  /** Reads a part of `#need` bytes. False when more bytes of the same part are needed, or at a cut. */
  #read(part: Uint8Array): boolean {
    const view = new DataView(part.buffer, part.byteOffset, part.length);
    if (this.#header === null) {
      if (!this.#readFileHeader(part, view)) return false;
    } else if (!this.#inBlock) {
      this.#readBlockHeader(view);
      return false;
    } else if (!this.#readBlock(part, view)) {
      return false;
    }
    this.#offset += part.length;
    this.#need = BLOCK_HEADER_BYTES;
    this.#inBlock = false;
    return true;
  }

  #readFileHeader(part: Uint8Array, view: DataView): boolean {
    for (let i = 0; i < FILE_MAGIC.length; i++) {
      if (part[i] !== FILE_MAGIC.charCodeAt(i)) {
        this.#stop('this is not a journal');
        return false;
      }
    }
    const version = view.getUint16(8, true);
    if (version !== JOURNAL_VERSION) {
      this.#stop(`version ${version} of the journal is not known here`);
      return false;
    }
    if (view.getBigUint64(16, true) !== hashBlock(part.subarray(0, 16))) {
      this.#stop('the checksum of the file header is wrong');
      return false;
    }
    this.#header = { version, blockSize: view.getUint32(12, true) };
    return true;
  }

  #readBlockHeader(view: DataView): void {
    const bytes = view.getUint32(4, true);
    if (this.#ended) this.#stop('something follows the end of the journal');
    else if (view.getUint32(0, true) !== BLOCK_MAGIC) this.#stop('no block begins here');
    else if (bytes > MAX_BLOCK_BYTES) this.#stop(`a block of ${bytes} bytes is too long`);
    this.#need = BLOCK_HEADER_BYTES + bytes;
    this.#inBlock = true;
  }

  #readBlock(part: Uint8Array, view: DataView): boolean {
    if (view.getBigUint64(8, true) !== hashBlock(part.subarray(BLOCK_CHECKED_FROM))) {
      this.#stop('the checksum of a block is wrong');
      return false;
    }
    const sequence = view.getUint32(16, true);
    if (sequence !== this.#sequence) {
      this.#stop(`block ${sequence} stands where block ${this.#sequence} should`);
      return false;
    }
    this.#sequence++;
    let at = BLOCK_HEADER_BYTES;
    for (let left = view.getUint32(20, true); left > 0; left--) {
      const bytes = this.#readRecord(view, at);
      if (bytes === 0) {
        this.#stop(`record ${this.#records + 1} is malformed`);
        return false;
      }
      at += bytes;
    }
    return true;
  }

  /** Reads the record at `at` and hands it to the sink; returns its length, 0 when it is malformed. */
  #readRecord(view: DataView, at: number): number {
    if (at + RECORD_BYTES > view.byteLength || this.#ended) return 0;
    const kind = view.getUint8(at);
    const detail = view.getUint16(at + 2, true);
    const subject = view.getUint32(at + 4, true);
    const t = readUint64(view, at + 8);
    switch (kind) {
      case RecordKind.export: {
        // A length that is beyond the block is not reckoned with: `padded` holds for 31 bits.
        if (subject * 2 > view.byteLength) return 0;
        const bytes = RECORD_BYTES + padded(subject * 2);
        if (at + bytes > view.byteLength) return 0;
        let node = '';
        for (let i = 0; i < subject; i++) {
          node += String.fromCharCode(view.getUint16(at + RECORD_BYTES + i * 2, true));
        }
        this.#emit({ kind: 'export', export: detail, node });
        return bytes;
      }
      case RecordKind.connect:
      case RecordKind.disconnect: {
        const name = kind === RecordKind.connect ? 'connect' : 'disconnect';
        this.#emit({ kind: name, t, export: detail, connection: subject });
        return RECORD_BYTES;
      }
      case RecordKind.received:
        return this.#readReceived(view, at, t, subject, detail);
      case RecordKind.failed:
        this.#emit({ kind: 'failed', t, request: subject, errno: detail });
        return RECORD_BYTES;
      case RecordKind.end:
        this.#ended = true;
        this.#emit({ kind: 'end', t });
        return RECORD_BYTES;
      default: {
        const name = progressNames[kind];
        if (name === undefined) return 0;
        this.#emit({ kind: name, t, request: subject });
        return RECORD_BYTES;
      }
    }
  }

  #readReceived(view: DataView, at: number, t: number, request: number, exported: number): number {
    if (at + RECEIVED_BYTES > view.byteLength) return 0;
    const op = opNames[view.getUint8(at + 1)];
    const count = view.getUint32(at + 32, true);
    const bytes = RECEIVED_BYTES + count * HASH_BYTES;
    if (op === undefined || at + bytes > view.byteLength) return 0;
    const hashes: bigint[] = [];
    for (let i = 0; i < count; i++) {
      hashes.push(view.getBigUint64(at + RECEIVED_BYTES + i * HASH_BYTES, true));
    }
    this.#emit({
      kind: 'received',
      t,
      request,
      export: exported,
      connection: view.getUint32(at + 28, true),
      op,
      fua: (view.getUint32(at + 36, true) & FLAG_FUA) !== 0,
      offset: readUint64(view, at + 16),
      length: view.getUint32(at + 24, true),
      hashes,
    });
    return bytes;
  }

  #emit(record: JournalRecord): void {
    this.#records++;
    this.#sink(record, this.#records);
  }
}

/** A journal that is in memory as a whole. */
export interface DecodedJournal {
  /** Null when the file has no good header. */
  readonly header: JournalHeader | null;
  readonly records: readonly JournalRecord[];
  /** Null when the journal is whole and was closed in order. */
  readonly cut: JournalCut | null;
}

/** Reads a whole journal at once. */
export function decodeJournal(bytes: Uint8Array): DecodedJournal {
  const records: JournalRecord[] = [];
  const decoder = new JournalDecoder((record) => records.push(record));
  decoder.push(bytes);
  const cut = decoder.finish();
  return { header: decoder.header, records, cut };
}

function readUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * TWO_TO_32;
}

function invert<Name extends string>(codes: Record<Name, number>): (Name | undefined)[] {
  const names: (Name | undefined)[] = [];
  for (const name of Object.keys(codes) as Name[]) names[codes[name]] = name;
  return names;
}
