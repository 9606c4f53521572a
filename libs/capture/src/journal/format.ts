/**
 * The byte layout of the backend's journal (`backend/journal.fjl`), version 1.
 *
 * A file header, then blocks; a block holds whole records. All integers are little-endian, every part
 * is a multiple of 8 bytes long, and bytes shown as 0 are written as 0 and not looked at.
 *
 * ```
 * file header, 24 bytes
 *    0  8  magic "FLJOURNL"
 *    8  2  version: 1
 *   10  2  0
 *   12  4  bytes of a logical block
 *   16  8  XXH64 (seed 0) of bytes 0..15
 *
 * block, 24 bytes and its records
 *    0  4  magic "FJBK"
 *    4  4  bytes of the records that follow the header, at most 4 MiB
 *    8  8  XXH64 (seed 0) of everything from byte 16 to the end of the block
 *   16  4  sequence number: 0, 1, 2 …
 *   20  4  number of records
 *   24     records
 *
 * record, 16 bytes at least
 *    0  1  kind
 *    1  1  op         received: 1 read, 2 write, 3 write-zeroes, 4 trim, 5 flush; else 0
 *    2  2  detail     export, connect, disconnect, received: number of the export;
 *                     failed: errno; else 0
 *    4  4  subject    export: length of the node's name in UTF-16 code units;
 *                     connect, disconnect: number of the connection; end: 0; else: number of the request
 *    8  8  t          ns since the lab started; export: 0
 *
 * kinds: 1 export, 2 connect, 3 disconnect, 4 received, 5 held, 6 released, 7 applied, 8 failed,
 *        9 discarded, 10 replied, 11 end
 *
 * export goes on with
 *   16     the node's name, UTF-16, filled up with zeros to a multiple of 8 bytes
 *
 * received goes on with
 *   16  8  offset in bytes
 *   24  4  length in bytes
 *   28  4  number of the connection
 *   32  4  number of payload hashes
 *   36  4  flags: bit 0 FUA
 *   40     payload hashes, 8 bytes each: XXH64 of each logical block, in order; only of a write whose
 *          offset and length are multiples of the logical block, else none
 * ```
 *
 * A block is written in one piece and is good or not: a reader takes blocks until one is short, has
 * another checksum, or is out of sequence, and ends there. A journal that was closed in order ends with
 * a record of kind `end`.
 */
export const FILE_MAGIC = 'FLJOURNL';
export const JOURNAL_VERSION = 1;
export const FILE_HEADER_BYTES = 24;

/** "FJBK" read as a little-endian number. */
export const BLOCK_MAGIC = 0x4b42_4a46;
export const BLOCK_HEADER_BYTES = 24;
/** Where the part of a block begins that its checksum covers. */
export const BLOCK_CHECKED_FROM = 16;
/** The most bytes of records in one block; a reader refuses more before it sets memory aside. */
export const MAX_BLOCK_BYTES = 4 * 1024 * 1024;

export const RECORD_BYTES = 16;
export const RECEIVED_BYTES = 40;
export const HASH_BYTES = 8;
export const FLAG_FUA = 1;

export const RecordKind = {
  export: 1,
  connect: 2,
  disconnect: 3,
  received: 4,
  held: 5,
  released: 6,
  applied: 7,
  failed: 8,
  discarded: 9,
  replied: 10,
  end: 11,
} as const;

export const OpCode = { read: 1, write: 2, 'write-zeroes': 3, trim: 4, flush: 5 } as const;

/** Rounds up to the 8 bytes that every part of the journal is a multiple of. */
export function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
