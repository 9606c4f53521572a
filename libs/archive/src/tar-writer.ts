import {
  blockBytes,
  encodeHeader,
  encodePaxRecord,
  entryType,
  largestSize,
  longestName,
  paddingOf,
} from './tar-format.js';

/** A file to be packed. */
export interface TarFile {
  name: string;
  /** Bytes; `content` must give exactly as many. */
  size: number;
  content: () => AsyncIterable<Uint8Array>;
}

/** Bytes of the whole tar file that `writeTar` will give. */
export function tarBytes(files: readonly Pick<TarFile, 'name' | 'size'>[]): number {
  const bytes = files.reduce(
    (sum, { name, size }) => sum + headersOf(name, size).length + size + paddingOf(size),
    0,
  );
  return bytes + end.length;
}

/**
 * A tar file of plain files, in the order given.
 *
 * @throws Error when a file is not as long as was said, or longer than 8 GiB
 */
export async function* writeTar(files: readonly TarFile[]): AsyncGenerator<Uint8Array> {
  for (const { name, size, content } of files) {
    if (size > largestSize) throw new Error(`${name} is too large for a tar file`);
    yield headersOf(name, size);
    let left = size;
    for await (const chunk of content()) {
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
    if (left !== 0) throw new Error(`${name} changed while it was read`);
    yield new Uint8Array(paddingOf(size));
  }
  yield end;
}

const end = new Uint8Array(2 * blockBytes);

/** The header of a file, after an extended one where its name is too long for it. */
function headersOf(name: string, size: number): Uint8Array {
  const header = encodeHeader({ name, size, type: entryType.file });
  if (Buffer.byteLength(name) <= longestName) return header;
  const records = encodePaxRecord('path', name);
  const extended = encodeHeader({ name: 'pax', size: records.length, type: entryType.pax });
  return Buffer.concat([extended, records, new Uint8Array(paddingOf(records.length)), header]);
}
