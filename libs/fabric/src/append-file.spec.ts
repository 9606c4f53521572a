import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendFile } from './append-file.js';
import { allocatePages, pageBytes } from './page-memory.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'append-'));
  path = join(folder, 'file');
});

afterEach(() => rm(folder, { recursive: true }));

/** Bytes that tell where they belong. */
function fill(bytes: Uint8Array, position: number): Uint8Array {
  bytes.forEach((_, at) => (bytes[at] = ((position + at) * 31 + ((position + at) >> 8)) & 0xff));
  return bytes;
}

describe('AppendFile', () => {
  it('holds exactly what was appended, whatever went past the page cache', async () => {
    const file = await AppendFile.create(path);
    const memory = allocatePages(1024 * 1024);
    let position = 0;
    for (const length of [
      100,
      200_000,
      16 * pageBytes,
      3,
      pageBytes - 3,
      70_000,
      500_000,
      1,
      90_001,
    ]) {
      const bytes = new Uint8Array(memory, file.phaseAfter(0), length);
      await file.append(fill(bytes, position));
      position += length;
      expect((await stat(path)).size).toBe(position);
    }
    await file.close();
    expect((await readFile(path)).equals(fill(new Uint8Array(position), 0))).toBe(true);
  });

  it('takes bytes that stand anywhere in any memory', async () => {
    const file = await AppendFile.create(path);
    await file.append(fill(new Uint8Array(200_000), 0));
    await file.append(fill(new Uint8Array(allocatePages(300_000), 7, 200_000), 200_000));
    await file.close();
    expect((await readFile(path)).equals(fill(new Uint8Array(400_000), 0))).toBe(true);
  });

  it('does not touch a file that exists', async () => {
    await (await AppendFile.create(path)).close();
    await expect(AppendFile.create(path)).rejects.toThrow('EEXIST');
  });
});
