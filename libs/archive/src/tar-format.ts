import { TarError } from './tar-error.js';

/** The tar format of POSIX.1-2001 (ustar with pax headers): what its readers and writers share. */

/** Everything in a tar file comes in blocks of this many bytes. */
export const blockBytes = 512;

/** Bytes that fill the last block of a content of that size. */
export const paddingOf = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

/** Types of entries that we write or read; any other is refused by name. */
export const entryType = {
  file: '0',
  folder: '5',
  pax: 'x',
  paxForAll: 'g',
  gnuLongName: 'L',
} as const;

const typeWords: Record<string, string> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a named pipe',
  S: 'a sparse file',
};

/** What an entry of a type is, in words. */
export const typeWord = (type: string): string => typeWords[type] ?? `an entry of type "${type}"`;

/** One header block as it stands in the file. */
export interface TarHeader {
  name: string;
  /** Bytes of content. */
  size: number;
  /** A character of `entryType`, or another one. */
  type: string;
}

/** The largest size and the longest name that a plain header can hold. */
export const largestSize = 8 ** 11 - 1;
export const longestName = 100;

/**
 * A header block. Times, owners and modes are the same for all files, so that the same parts give the
 * same bytes.
 */
export function encodeHeader({ name, size, type }: TarHeader): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, longestName, 'utf8');
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/**
 * Reads a header block; null for a block of zeros, which ends the file.
 *
 * @throws TarError when the block is no header
 */
export function decodeHeader(bytes: Uint8Array): TarHeader | null {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (block.every((byte) => byte === 0)) return null;
  const stored = octal(block, 148, 8);
  const summed = Buffer.from(block).fill(' ', 148, 156);
  if (stored === null || stored !== checksum(summed)) throw new TarError('a header is damaged');
  const size = octal(block, 124, 12);
  if (size === null) throw new TarError('a size is no number');
  const prefix = block.toString('latin1', 257, 262) === 'ustar' ? text(block, 345, 155) : '';
  // GNU tar keeps times where POSIX has the prefix; its own magic ends with two spaces.
  const isGnu = block.toString('latin1', 257, 265) === 'ustar  \0';
  const name = text(block, 0, longestName);
  return {
    name: prefix === '' || isGnu ? name : `${prefix}/${name}`,
    size,
    type: block[156] === 0 ? entryType.file : String.fromCharCode(block[156]!),
  };
}

/** A pax record, e.g. `30 path=…\n`: its length counts its own digits. */
export function encodePaxRecord(key: string, value: string): Uint8Array {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes;
  while (length !== bytes + String(length).length) length = bytes + String(length).length;
  return Buffer.from(`${length}${rest}`);
}

/**
 * The records of a pax header.
 *
 * @throws TarError when they are damaged
 */
export function decodePaxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length;) {
    const space = all.indexOf(' ', at);
    const length = Number(all.toString('latin1', at, space));
    const record = all.toString('utf8', space + 1, at + length);
    const equals = record.indexOf('=');
    if (space < 0 || !(length > 0) || equals < 0 || !record.endsWith('\n')) {
      throw new TarError('an extended header is damaged');
    }
    records.set(record.slice(0, equals), record.slice(equals + 1, -1));
    at += length;
  }
  return records;
}

function text(block: Buffer, from: number, bytes: number): string {
  const field = block.subarray(from, from + bytes);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? bytes : end);
}

/** An octal number that ends with a NUL or a space, or null; a size beyond 8 GiB is none. */
function octal(block: Buffer, from: number, bytes: number): number | null {
  const digits = block
    .toString('latin1', from, from + bytes)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : null;
}

function checksum(block: Uint8Array): number {
  let sum = 0;
  for (const byte of block) sum += byte;
  return sum;
}
