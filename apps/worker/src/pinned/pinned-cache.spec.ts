import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PinnedCache } from './pinned-cache.js';

const never = new AbortController().signal;
const bytes = 1000;

let folder: string;
let fetched: string[];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-kernels-'));
  fetched = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const contentOf = (name: string) => Buffer.alloc(bytes, name);
const hashOf = (name: string) => createHash('sha256').update(contentOf(name)).digest('hex');

const unpack = (name: string) => (staged: string, packed: string) =>
  copyFile(packed, path.join(staged, name));

const kernel = (name: string) => ({ kind: 'kernel' as const, sha256: hashOf(name) });
const image = (name: string) => ({ kind: 'image' as const, sha256: hashOf(name) });

/** A cache for so many bytes; what it fetches are the contents of these names. */
function cacheOf(mostBytes: number, ...names: string[]): PinnedCache {
  const contents = new Map(names.map((name) => [hashOf(name), contentOf(name)]));
  return new PinnedCache(
    path.join(folder, 'kernels'),
    mostBytes,
    async (sha256, file) => {
      fetched.push(sha256);
      await writeFile(file, contents.get(sha256) ?? 'other bytes');
    },
    { kernel: unpack('kernel'), image: unpack('image') },
  );
}

describe('the cache of what jobs pin', () => {
  it('fetches each once, however many want it', async () => {
    const cache = cacheOf(10 * bytes, 'a');
    const held = await Promise.all([1, 2, 3].map(() => cache.hold(kernel('a'), never)));
    expect(fetched).toEqual([hashOf('a')]);
    expect(await readdir(held[0]!.folder)).toEqual(['kernel', 'users']);
    expect(await readdir(path.join(held[0]!.folder, 'users'))).toHaveLength(3);
  });

  it('gives up what was not used for the longest, and never what is in use', async () => {
    const cache = cacheOf(2 * bytes, 'a', 'b', 'c');
    const a = await cache.hold(kernel('a'), never);
    const b = await cache.hold(image('b'), never);
    await b.release();
    await utimes(a.folder, new Date(0), new Date(0));
    await cache.hold(kernel('c'), never);
    const left = await readdir(path.join(folder, 'kernels'));
    expect(left.sort()).toEqual([hashOf('a'), hashOf('c')].sort());
  });

  it('keeps nothing of bytes that are not what their hash says', async () => {
    const cache = cacheOf(10 * bytes);
    await expect(cache.hold(kernel('a'), never)).rejects.toThrow('not what its hash says');
    expect(await readdir(path.join(folder, 'kernels'))).toEqual([]);
  });
});
