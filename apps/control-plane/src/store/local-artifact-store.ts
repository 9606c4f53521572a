import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  constants,
  link,
  open,
  opendir,
  readdir,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type {
  ArtifactStore,
  Assembled,
  ByteRange,
  StagedPart,
  StoredBlob,
} from './artifact-store.js';
import { codeOf, makeFolder, syncFolder, writeNewFile } from './durable-files.js';
import { MissingBytes } from './store-error.js';
import { checkedHash, checkedUploadId, isHash, isUploadId } from './store-names.js';

const PART = /^part-(\d{1,15})$/;
const WHOLE = 'whole';

/**
 * The artifact store in a folder of this machine, or of a file system that several control planes share:
 *
 * ```
 * staging/UPLOAD/part-OFFSET   parts that were kept
 * staging/UPLOAD/whole         what they come to
 * staging/UPLOAD/new-…         whatever is being written
 * blobs/ab/abcdef…             by content
 * ```
 *
 * A name is given by `rename` or `link`, after the bytes were synced, and the folder is synced before a call resolves.
 */
export class LocalArtifactStore implements ArtifactStore {
  private readonly staging: string;
  private readonly content: string;

  constructor(private readonly root: string) {
    this.staging = path.join(root, 'staging');
    this.content = path.join(root, 'blobs');
  }

  async stagePart(uploadId: string, bytes: AsyncIterable<Uint8Array>): Promise<StagedPart> {
    const folder = this.stagingOf(uploadId);
    await makeFolder(folder);
    const file = newFile(folder);
    const drop = () => rm(file, { force: true });
    try {
      const size = await writeNewFile(file, bytes);
      return {
        size,
        drop,
        keepAt: async (offset) => {
          await rename(file, path.join(folder, `part-${offset}`)).catch(missing);
          await syncFolder(folder);
        },
      };
    } catch (error) {
      await drop();
      throw error;
    }
  }

  async assemble(uploadId: string): Promise<Assembled> {
    const folder = this.stagingOf(uploadId);
    await makeFolder(folder);
    const parts = await partsOf(folder);
    const file = newFile(folder);
    try {
      const [first, ...others] = parts;
      const assembled =
        first !== undefined && others.length === 0
          ? await linkAndHash(path.join(folder, first), file)
          : await joinAndHash(folder, parts, file);
      await rename(file, path.join(folder, WHOLE));
      await syncFolder(folder);
      return assembled;
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  async openStaged(uploadId: string): Promise<Readable> {
    return await openFile(path.join(this.stagingOf(uploadId), WHOLE));
  }

  async *stagingIds(): AsyncGenerator<string> {
    for await (const { name } of entriesOf(this.staging)) {
      if (isUploadId(name)) yield name;
    }
  }

  async removeStaging(uploadId: string): Promise<void> {
    // A writer may be at work in it: what it makes meanwhile is for the next time.
    await rm(this.stagingOf(uploadId), { recursive: true, force: true, maxRetries: 3 });
  }

  async promote(uploadId: string, sha256: string): Promise<void> {
    const blob = this.blobOf(sha256);
    const folder = path.dirname(blob);
    await makeFolder(folder);
    try {
      await link(path.join(this.stagingOf(uploadId), WHOLE), blob);
    } catch (error) {
      // Whoever was first may not have synced it yet.
      if (codeOf(error) !== 'EEXIST') missing(error);
    }
    await syncFolder(folder);
  }

  async sizeOf(sha256: string): Promise<number | null> {
    try {
      return (await stat(this.blobOf(sha256))).size;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  async open(sha256: string, range?: ByteRange): Promise<Readable> {
    return await openFile(this.blobOf(sha256), range);
  }

  async *blobs(): AsyncGenerator<StoredBlob> {
    for await (const folder of entriesOf(this.content)) {
      for await (const { name } of entriesOf(path.join(this.content, folder.name))) {
        if (!isHash(name)) continue;
        const found = await stat(this.blobOf(name)).catch(() => undefined);
        if (found !== undefined) yield { sha256: name, size: found.size, storedAt: found.mtime };
      }
    }
  }

  async removeBlob(sha256: string): Promise<void> {
    await rm(this.blobOf(sha256), { force: true });
  }

  async isUp(): Promise<boolean> {
    return await access(this.root, constants.W_OK).then(
      () => true,
      () => false,
    );
  }

  async freeBytes(): Promise<number> {
    await makeFolder(this.staging);
    const { bavail, bsize } = await statfs(this.staging);
    return bavail * bsize;
  }

  private stagingOf(uploadId: string): string {
    return path.join(this.staging, checkedUploadId(uploadId));
  }

  private blobOf(sha256: string): string {
    return path.join(this.content, checkedHash(sha256).slice(0, 2), sha256);
  }
}

function newFile(folder: string): string {
  return path.join(folder, `new-${randomUUID()}`);
}

/** The parts of an upload in their order. */
async function partsOf(folder: string): Promise<string[]> {
  const offsetOf = (name: string): number => Number(PART.exec(name)?.[1]);
  const names = (await readdir(folder)).filter((name) => PART.test(name));
  return names.sort((a, b) => offsetOf(a) - offsetOf(b));
}

/** One part is the whole already: a second name is enough, as nobody writes to a part. */
async function linkAndHash(part: string, file: string): Promise<Assembled> {
  if (path.basename(part) !== 'part-0') throw new MissingBytes('The first part is missing.');
  await link(part, file).catch(missing);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

async function joinAndHash(folder: string, parts: string[], file: string): Promise<Assembled> {
  const hash = createHash('sha256');
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let size = 0;
    for (const part of parts) {
      if (part !== `part-${size}`) throw new MissingBytes(`There is no part at byte ${size}.`);
      const source = await openFile(path.join(folder, part));
      for await (const chunk of source as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    }
  }
  const size = await writeNewFile(file, bytes());
  return { size, sha256: hash.digest('hex') };
}

/** Opened before it is given back, so that a missing file is told here and not in the middle of an answer. */
async function openFile(file: string, range?: ByteRange): Promise<Readable> {
  const handle = await open(file, 'r').catch(missing);
  return handle.createReadStream(range && { start: range.first, end: range.last });
}

function missing(error: unknown): never {
  if (codeOf(error) === 'ENOENT') {
    throw new MissingBytes('The artifact store does not have it.', { cause: error });
  }
  throw error;
}

/** The entries of a folder, none where it is not there. */
async function* entriesOf(folder: string): AsyncGenerator<{ name: string }> {
  const entries = await opendir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (entries !== undefined) yield* entries;
}
