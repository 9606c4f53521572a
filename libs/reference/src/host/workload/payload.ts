import { roomFor } from '@fenceline/nvme';

/** What one write of a workload is: no two writes have the same. */
export interface Stamp {
  /** Drawn anew for each workload. */
  nonce: number;
  job: number;
  /** Number of the write within its job. */
  sequence: number;
}

/** What a block that was read holds. */
export type BlockContent =
  | { kind: 'stamped'; stamp: Stamp }
  /** Never written by a workload: nothing is known of it. */
  | { kind: 'foreign' }
  /** A header of a workload, but of another place or with other bytes behind it. */
  | { kind: 'damaged'; why: string };

const MAGIC = 0x4543_4e46;
const HEADER_BYTES = 32;
const CHECKSUM_AT = 28;

/**
 * The bytes of a write. Each block is unlike any other, of this write or another: a header of magic number, nonce,
 * job, sequence, the block's place and a checksum, and pseudo-random bytes behind it.
 *
 * @param offset where it goes, in bytes
 */
export function makePayload(
  stamp: Stamp,
  offset: number,
  length: number,
  blockSize: number,
): Uint8Array {
  const bytes = roomFor(length);
  const words = wordsOf(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  for (let at = 0; at < length; at += blockSize) {
    const place = offset + at;
    view.setUint32(at, MAGIC, true);
    view.setUint32(at + 4, stamp.nonce, true);
    view.setUint32(at + 8, stamp.job, true);
    view.setUint32(at + 12, stamp.sequence, true);
    view.setUint32(at + 16, place >>> 0, true);
    view.setUint32(at + 20, Math.floor(place / 2 ** 32), true);
    fill(words, (at + HEADER_BYTES) / 4, (at + blockSize) / 4, seedOf(stamp, place));
    view.setUint32(at + CHECKSUM_AT, checksum(words, at / 4, blockSize / 4), true);
  }
  return bytes;
}

/** Looks at the block at the beginning of `bytes`, which was read from `offset`. */
export function readBlock(bytes: Uint8Array, offset: number): BlockContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return { kind: 'foreign' };
  const place = view.getUint32(16, true) + view.getUint32(20, true) * 2 ** 32;
  // What was received stands anywhere in its memory.
  const words = wordsOf(bytes.byteOffset % 4 === 0 ? bytes : bytes.slice());
  if (view.getUint32(CHECKSUM_AT, true) !== checksum(words, 0, words.length)) {
    return { kind: 'damaged', why: `the checksum of the block at ${offset} is wrong` };
  }
  if (place !== offset) {
    return { kind: 'damaged', why: `the block at ${offset} was written to ${place}` };
  }
  const stamp = {
    nonce: view.getUint32(4, true),
    job: view.getUint32(8, true),
    sequence: view.getUint32(12, true),
  };
  return { kind: 'stamped', stamp };
}

/** The bytes as words in the order of this machine: who writes them reads them. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4);
}

/** A checksum (multiply and mix, as in MurmurHash) of all words of a block but the checksum itself. */
function checksum(words: Uint32Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) {
    if (i === start + CHECKSUM_AT / 4) continue;
    sum = Math.imul(sum ^ words[i]!, 0x9e37_79b1);
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}

function seedOf({ nonce, job, sequence }: Stamp, place: number): number {
  const mixed = nonce ^ Math.imul(job + 1, 0x9e37_79b1) ^ Math.imul(sequence + 1, 0x85eb_ca6b);
  return (mixed ^ Math.imul((place / 512) >>> 0, 0xc2b2_ae35)) | 1;
}

/** Xorshift: quick, and never 0 when the seed is not. */
function fill(words: Uint32Array, from: number, to: number, seed: number): void {
  let word = seed;
  for (let i = from; i < to; i++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[i] = word;
  }
}
