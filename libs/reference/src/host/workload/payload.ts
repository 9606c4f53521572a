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
const HEADER_WORDS = 8;
/** An odd step: words of a block differ from one another, and from those of a block with another first word. */
const STEP = 0x9e37_79b1 | 0;
const TWO_STEPS = (2 * STEP) | 0;

/**
 * Writes the bytes of a write into `bytes`, whatever stood there. Each block is unlike any other, of this write or
 * another: a header of magic number, nonce, job, sequence and the block's place, and words behind it that follow from
 * these.
 *
 * @param offset where it goes, in bytes
 */
export function fillPayload(
  bytes: Uint8Array,
  stamp: Stamp,
  offset: number,
  blockSize: number,
): void {
  const words = wordsOf(bytes);
  const count = blockSize / 4;
  for (let at = 0; at < words.length; at += count) {
    const place = offset + at * 4;
    words[at] = MAGIC;
    words[at + 1] = stamp.nonce;
    words[at + 2] = stamp.job;
    words[at + 3] = stamp.sequence;
    words[at + 4] = place;
    words[at + 5] = Math.floor(place / 2 ** 32);
    words[at + 6] = 0;
    words[at + 7] = 0;
    // A block and its header are multiples of four words.
    let word = wordBehindHeader(firstWord(stamp, place));
    const end = at + count;
    for (let i = at + HEADER_WORDS; i < end; i += 4) {
      const third = (word + TWO_STEPS) | 0;
      words[i] = word;
      words[i + 1] = (word + STEP) | 0;
      words[i + 2] = third;
      words[i + 3] = (third + STEP) | 0;
      word = (third + TWO_STEPS) | 0;
    }
  }
}

/** Looks at the block that `bytes` are, which was read from `offset`. */
export function readBlock(bytes: Uint8Array, offset: number): BlockContent {
  // What was received stands anywhere in its memory.
  const words = wordsOf(bytes.byteOffset % 4 === 0 ? bytes : bytes.slice());
  if (words[0] !== MAGIC) return { kind: 'foreign' };
  const stamp = { nonce: words[1]!, job: words[2]!, sequence: words[3]! };
  const place = words[4]! + words[5]! * 2 ** 32;
  if (!isFilled(words, firstWord(stamp, place))) {
    return { kind: 'damaged', why: `the block at ${offset} is not as it was written` };
  }
  if (place !== offset) {
    return { kind: 'damaged', why: `the block at ${offset} was written to ${place}` };
  }
  return { kind: 'stamped', stamp };
}

/** Whether everything behind a block's header is as `fillPayload` made it. */
function isFilled(words: Uint32Array, first: number): boolean {
  if (words[6] !== 0 || words[7] !== 0) return false;
  let word = wordBehindHeader(first);
  for (let i = HEADER_WORDS; i < words.length; i++) {
    if (words[i] !== word >>> 0) return false;
    word = (word + STEP) | 0;
  }
  return true;
}

/** The bytes as words in the order of this machine: who writes them reads them. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4);
}

/** From here on each word is the one before it and a step: additions of 32 bits are the cheapest. */
function wordBehindHeader(first: number): number {
  return (first + Math.imul(HEADER_WORDS, STEP)) | 0;
}

/** Depends on every bit of the header. */
function firstWord({ nonce, job, sequence }: Stamp, place: number): number {
  let word = nonce;
  for (const part of [job, sequence, place >>> 0, Math.floor(place / 2 ** 32)]) {
    word = Math.imul(word ^ (word >>> 15), 0x85eb_ca6b) ^ Math.imul(part + 1, 0xc2b2_ae35);
  }
  return word ^ (word >>> 13);
}
