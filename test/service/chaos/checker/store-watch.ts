import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { StoredFile } from './history.js';

/** Which file it is, and when it was last written to. */
interface Identity {
  inode: number;
  writtenMs: number;
}

/**
 * Looks at the files of the store: what is new is remembered as it is, and at the end nothing may have been written to
 * since.
 */
export class StoreWatch {
  private readonly known = new Map<string, Identity>();

  /** @param folder of the artifacts that lie under their hash */
  constructor(private readonly folder: string) {}

  /** Remembers the files that are new. */
  async look(): Promise<void> {
    for (const file of await this.list()) {
      if (!this.known.has(file)) this.known.set(file, await identityOf(file));
    }
  }

  /** Reads every file; those that changed since they were first seen are told too. */
  async read(): Promise<{ files: Map<string, StoredFile>; overwritten: string[] }> {
    const files = new Map<string, StoredFile>();
    for (const file of await this.list()) files.set(path.basename(file), await hashed(file));
    const overwritten: string[] = [];
    for (const [file, first] of this.known) {
      const now = await identityOf(file).catch(() => null);
      if (now?.inode !== first.inode || now.writtenMs !== first.writtenMs) overwritten.push(file);
    }
    return { files, overwritten };
  }

  private async list(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  }
}

async function identityOf(file: string): Promise<Identity> {
  const { ino, mtimeMs } = await stat(file);
  return { inode: ino, writtenMs: mtimeMs };
}

async function hashed(file: string): Promise<StoredFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    const piece = chunk as Buffer;
    hash.update(piece);
    bytes += piece.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
