import {
  blockBytes,
  decodeHeader,
  decodePaxRecords,
  entryType,
  paddingOf,
  typeWord,
} from './tar-format.js';
import { TarError } from './tar-error.js';

/** A plain file of a tar file; whoever is given it reads the content to its end. */
export interface TarEntry {
  name: string;
  size: number;
  content: AsyncIterable<Uint8Array>;
}

/** What a tar file may hold at most: a small file can unpack to a very large one. */
export interface TarLimits {
  /** Bytes of the whole file, headers and padding counted. */
  bytes: number;
  entries: number;
}

/** Longer than any path that a system takes. */
const longestExtension = 64 * 1024;

/**
 * Gives each plain file of a tar file to `visit`, in their order. Folders are passed over; anything else (a
 * link, a device, a pipe) is refused, and so is a name that could lie outside of the folder that it is
 * unpacked into.
 *
 * @throws TarError saying what is wrong with the tar file, and whatever `visit` throws
 */
export async function readTar(
  chunks: AsyncIterable<Uint8Array>,
  limits: TarLimits,
  visit: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  const source = new Source(chunks, limits.bytes);
  let extended: { name?: string; size?: number } = {};
  for (let entries = 0; ; entries++) {
    if (entries > limits.entries) throw new TarError(`it has more than ${limits.entries} entries`);
    const header = decodeHeader(await source.exactly(blockBytes));
    if (header === null) break;
    switch (header.type) {
      case entryType.pax: {
        const records = decodePaxRecords(await source.block(header.size, longestExtension));
        const [name, size] = [records.get('path'), records.get('size')];
        extended = {
          ...(name === undefined ? {} : { name }),
          ...(size === undefined ? {} : { size: wholeNumber(size) }),
        };
        continue;
      }
      case entryType.gnuLongName: {
        const bytes = await source.block(header.size, longestExtension);
        extended = { name: Buffer.from(bytes).toString('utf8').replace(/\0.*$/s, '') };
        continue;
      }
      case entryType.paxForAll:
        await source.block(header.size, longestExtension);
        continue;
    }
    const { name, size } = { ...header, ...extended };
    extended = {};
    if (header.type === entryType.folder) {
      checkName(name);
    } else if (header.type === entryType.file) {
      source.expect(size);
      await visit({ name: checkName(name), size, content: source.content(size) });
      await source.exactly(paddingOf(size));
    } else {
      throw new TarError(`${JSON.stringify(name)} is ${typeWord(header.type)}`);
    }
  }
  await source.drain();
}

/** The name without a leading `./` and a trailing `/`. */
function checkName(name: string): string {
  const plain = name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  const parts = plain.split('/');
  const outside = name.startsWith('/') || parts.includes('..');
  if (outside || /(?![\u0080-\u009f])[\p{Cc}\\]/u.test(plain) || parts.slice(1).includes('')) {
    throw new TarError(`the name ${JSON.stringify(name)} is not allowed`);
  }
  return plain;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new TarError('a size is no number');
  return number;
}

/** Bytes that come in chunks of any size, taken in pieces of a wanted size. */
class Source {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);
  private seen = 0;

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    private readonly limit: number,
  ) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** Refuses at once what would be too much in the end: the disk is not filled first. */
  expect(bytes: number): void {
    if (this.seen + bytes - this.rest.length > this.limit) {
      throw new TarError(`it unpacks to more than ${Math.floor(this.limit / 2 ** 20)} MiB`);
    }
  }

  /** The next bytes, at most that many and at least one; null at the end. */
  private async take(most: number): Promise<Uint8Array | null> {
    while (this.rest.length === 0) {
      const next: IteratorResult<Uint8Array, unknown> = await this.chunks.next();
      if (next.done === true) return null;
      this.seen += next.value.length;
      this.rest = next.value;
      this.expect(next.value.length);
    }
    const piece = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(piece.length);
    return piece;
  }

  async exactly(bytes: number): Promise<Uint8Array> {
    const all = new Uint8Array(bytes);
    for (let at = 0; at < bytes;) {
      const piece = await this.take(bytes - at);
      if (piece === null) throw new TarError('it is cut off');
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** A content that is needed as a whole, with its padding behind it. */
  async block(bytes: number, most: number): Promise<Uint8Array> {
    if (bytes > most) throw new TarError('an extended header is too long');
    const content = await this.exactly(bytes);
    await this.exactly(paddingOf(bytes));
    return content;
  }

  async *content(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      const piece = await this.take(left);
      if (piece === null) throw new TarError('it is cut off');
      left -= piece.length;
      yield piece;
    }
  }

  /** Reads to the end, so that whoever gives the bytes can say whether they were whole. */
  async drain(): Promise<void> {
    while ((await this.take(blockBytes)) !== null);
  }
}
