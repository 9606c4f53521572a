import { access, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pinned } from '@fenceline/contracts/api';
import {
  isAlive,
  KernelRegistry,
  ownedName,
  ownerOfName,
  sha256File,
  unpackImage,
} from '@fenceline/vm';
import { folderSize } from '../labs/folder-size.js';

/** The name of the one kernel in the registry of a kernel's entry. */
export const pinnedName = 'pinned';

/** A kernel or guest image that is there, and stays until it is released. */
export interface Held {
  /** Of a kernel: a registry with that kernel, `pinnedName`. Of an image: what `openImage` opens. */
  folder: string;
  release(): Promise<void>;
}

const mostTries = 3;

/** Unpacks a file into the folder of its entry. */
export type Unpack = (folder: string, packed: string) => Promise<unknown>;

const unpackers: Readonly<Record<Pinned['kind'], Unpack>> = {
  kernel: (folder, packed) => new KernelRegistry(folder).addPacked(pinnedName, packed),
  image: (folder, packed) => unpackImage(packed, folder),
};

/** Brings the bytes of a packed kernel or guest image into a file. */
export type FetchBlob = (sha256: string, file: string, stop: AbortSignal) => Promise<void>;

/**
 * Pinned kernels and guest images by the hash of their packed form, as far as the disk that they may take goes: those that were not used
 * for the longest make way, and never one that a living process uses. Any number of processes may share the folder.
 */
export class PinnedCache {
  private readonly coming = new Map<string, Promise<void>>();

  constructor(
    private readonly root: string,
    private readonly mostBytes: number,
    private readonly fetch: FetchBlob,
    private readonly unpack = unpackers,
  ) {}

  /** @throws Error where it cannot be had, or is not what its hash says */
  async hold(pinned: Pick<Pinned, 'kind' | 'sha256'>, stop: AbortSignal): Promise<Held> {
    const { kind, sha256 } = pinned;
    const folder = join(this.root, sha256);
    for (let tries = 1; ; tries += 1) {
      const held = await markUsed(folder);
      if (held !== null) {
        try {
          await this.makeRoom();
        } catch (error) {
          await held.release();
          throw error;
        }
        return held;
      }
      // It may make way for another one between its coming and its mark, but not again and again.
      if (tries > mostTries) throw new Error(`There is no room for the ${kind} ${sha256}.`);
      await this.bring(pinned, folder, stop);
    }
  }

  private async bring(
    pinned: Pick<Pinned, 'kind' | 'sha256'>,
    folder: string,
    stop: AbortSignal,
  ): Promise<void> {
    const { sha256 } = pinned;
    let coming = this.coming.get(sha256);
    if (coming === undefined) {
      coming = this.fetchInto(pinned, folder, stop).finally(() => this.coming.delete(sha256));
      this.coming.set(sha256, coming);
    }
    await coming;
  }

  private async fetchInto(
    { kind, sha256 }: Pick<Pinned, 'kind' | 'sha256'>,
    folder: string,
    stop: AbortSignal,
  ): Promise<void> {
    const staged = join(this.root, ownedName());
    try {
      await mkdir(join(staged, 'users'), { recursive: true });
      const packed = join(staged, 'packed');
      await this.fetch(sha256, packed, stop);
      if ((await sha256File(packed)) !== sha256) {
        throw new Error(`The ${kind} ${sha256} is not what its hash says.`);
      }
      await this.unpack[kind](staged, packed);
      await rm(packed);
      await rename(staged, folder).catch((error: unknown) => {
        // Another process was first with the same.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
      });
    } finally {
      await rm(staged, { recursive: true, force: true });
    }
  }

  /** Removes what has not been used for the longest, until the rest fits; and what dead processes had begun. */
  private async makeRoom(): Promise<void> {
    const entries: { folder: string; bytes: number; usedAt: number }[] = [];
    for (const name of await readdir(this.root)) {
      const folder = join(this.root, name);
      const owner = ownerOfName(name);
      if (owner !== undefined) {
        if (!isAlive(owner)) await rm(folder, { recursive: true, force: true });
        continue;
      }
      const found = await stat(folder).catch(() => null);
      if (found === null) continue;
      entries.push({ folder, bytes: await folderSize(folder), usedAt: found.mtimeMs });
    }
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of entries.sort((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= this.mostBytes) return;
      if (await isUsed(entry.folder)) continue;
      await rm(entry.folder, { recursive: true, force: true });
      bytes -= entry.bytes;
    }
  }
}

/** Says that this process uses an entry; null where there is none. */
async function markUsed(folder: string): Promise<Held | null> {
  const mark = join(folder, 'users', ownedName());
  try {
    await writeFile(mark, '');
    await utimes(folder, new Date(), new Date());
    // Whoever removes it may have begun before the mark was there.
    await access(mark);
    return { folder, release: () => rm(mark, { force: true }) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function isUsed(folder: string): Promise<boolean> {
  const users = await readdir(join(folder, 'users')).catch(() => []);
  return users.some((name) => {
    const owner = ownerOfName(name);
    return owner !== undefined && isAlive(owner);
  });
}
