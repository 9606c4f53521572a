import type { FileHandle } from 'node:fs/promises';
import { VmError } from './vm-error.js';

/** One entry of an archive; `path` is relative, with `/` between its parts. */
export type CpioEntry = { path: string; mode: number } & (
  | { type: 'file'; content: Uint8Array }
  | { type: 'directory' }
  | { type: 'symlink'; target: string }
  | { type: 'character-device'; major: number; minor: number }
);

const FILE_TYPE = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  'character-device': 0o020000,
} as const;

const EMPTY = new Uint8Array(0);
const TRAILER = 'TRAILER!!!';

/** Zero bytes from a length to the next multiple of four. */
function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

/** Header, name and padding of one member, "newc" format (kernel: early-userspace/buffer-format). */
function header(
  fields: { ino: number; mode: number; nlink: number; size: number; major: number; minor: number },
  name: string,
): Uint8Array {
  const nameBytes = Buffer.from(`${name}\0`);
  const numbers = [
    fields.ino,
    fields.mode,
    0, // uid
    0, // gid
    fields.nlink,
    0, // mtime
    fields.size,
    0, // device of the file system
    0,
    fields.major,
    fields.minor,
    nameBytes.length,
    0, // checksum, unused in "newc"
  ];
  const text = `070701${numbers.map((n) => n.toString(16).padStart(8, '0')).join('')}`;
  const head = Buffer.from(text, 'latin1');
  return Buffer.concat([head, nameBytes, padding(head.length + nameBytes.length)]);
}

/** All entries and the folders that they imply, each once, in byte order of their paths. */
function complete(entries: Iterable<CpioEntry>): CpioEntry[] {
  const byPath = new Map<string, CpioEntry>();
  for (const entry of entries) {
    const parts = entry.path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
      throw new VmError(`${JSON.stringify(entry.path)} cannot be a path in a guest image.`);
    }
    const earlier = byPath.get(entry.path);
    if (earlier !== undefined && earlier.type !== 'directory') {
      throw new VmError(`The guest image would hold ${entry.path} twice.`);
    }
    byPath.set(entry.path, entry);
    for (let depth = 1; depth < parts.length; depth++) {
      const path = parts.slice(0, depth).join('/');
      const above = byPath.get(path);
      if (above === undefined) byPath.set(path, { type: 'directory', path, mode: 0o755 });
      else if (above.type !== 'directory') {
        throw new VmError(
          `The guest image would hold ${entry.path} inside of ${path}, which is no folder.`,
        );
      }
    }
  }
  return [...byPath.values()].sort((a, b) =>
    Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
  );
}

/**
 * The chunks of a cpio archive as the kernel unpacks it into its first file system. The same
 * entries give the same bytes in any order: sorted, owned by root, of time 0, numbered from 1.
 */
export function* cpioChunks(entries: Iterable<CpioEntry>): Generator<Uint8Array> {
  let ino = 0;
  let total = 0;
  const device = { major: 0, minor: 0 };
  for (const entry of complete(entries)) {
    ino++;
    const data =
      entry.type === 'file'
        ? entry.content
        : entry.type === 'symlink'
          ? Buffer.from(entry.target)
          : EMPTY;
    const mode = FILE_TYPE[entry.type] | (entry.mode & 0o7777);
    const head = header(
      {
        ino,
        mode,
        nlink: entry.type === 'directory' ? 2 : 1,
        size: data.length,
        ...(entry.type === 'character-device'
          ? { major: entry.major, minor: entry.minor }
          : device),
      },
      entry.path,
    );
    yield head;
    yield data;
    const pad = padding(data.length);
    yield pad;
    total += head.length + data.length + pad.length;
  }
  const trailer = header({ ino: 0, mode: 0, nlink: 1, size: 0, ...device }, TRAILER);
  yield trailer;
  total += trailer.length;
  yield new Uint8Array((512 - (total % 512)) % 512);
}

/** Writes the archive of `entries` to an open file. */
export async function writeCpio(file: FileHandle, entries: Iterable<CpioEntry>): Promise<void> {
  for (const chunk of cpioChunks(entries)) {
    if (chunk.length > 0) await file.writeFile(chunk);
  }
}
