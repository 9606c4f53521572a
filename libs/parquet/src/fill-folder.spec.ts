import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fillFolder, whyNotFillable } from './fill-folder.js';
import { ParquetError, parquetError } from './parquet-error.js';

let root: string;
let dir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fenceline-fill-'));
  dir = join(root, 'out');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Makes two files, and one more that is of no use at the end. */
const makeFiles = async (temporary: string) => {
  for (const name of ['a', 'b', 'scratch']) await writeFile(join(temporary, name), name);
  return ['a', 'b'];
};

const failing = async (temporary: string): Promise<string[]> => {
  await makeFiles(temporary);
  throw new Error('no more');
};

it('fills a new folder and an empty one with just what it was told to keep', async () => {
  await mkdir(join(root, 'empty'));
  for (const folder of [dir, join(root, 'empty')]) {
    await fillFolder(folder, makeFiles);
    expect((await readdir(folder)).sort()).toEqual(['a', 'b']);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('b');
  }
});

it('shows no file before all are made', async () => {
  await fillFolder(dir, async (temporary) => {
    const files = await makeFiles(temporary);
    expect((await readdir(dir)).filter((name) => !name.startsWith('.'))).toEqual([]);
    return files;
  });
});

it('leaves nothing where the work fails, and a folder that was there', async () => {
  await expect(fillFolder(dir, failing)).rejects.toThrow('no more');
  expect(await readdir(root)).toEqual([]);
  await mkdir(dir);
  await expect(fillFolder(dir, failing)).rejects.toThrow('no more');
  expect(await readdir(dir)).toEqual([]);
});

it('refuses what holds something, is no folder, or lies in none', async () => {
  await mkdir(dir);
  await writeFile(join(dir, 'mine'), 'kept');
  expect(await whyNotFillable(dir)).toContain('is not empty (it holds mine)');
  expect(await whyNotFillable(join(dir, 'mine'))).toContain('is no folder');
  expect(await whyNotFillable(join(root, 'new'))).toBe(null);
  await expect(fillFolder(dir, makeFiles)).rejects.toThrow(ParquetError);
  expect(await readdir(dir)).toEqual(['mine']);
  await expect(fillFolder(join(root, 'none/new'), makeFiles)).rejects.toThrow('ENOENT');
  expect(await readdir(root)).toEqual(['out']);
});

it('tells what the machine refused from mistakes of ours', () => {
  const full = new Error('IO Error: Could not write file "x": No space left on device');
  const mistake = new Error('Binder Error: no such column');
  const refused = parquetError('/out', full);
  expect(refused).toBeInstanceOf(ParquetError);
  expect(refused).toHaveProperty(
    'message',
    `could not write Parquet files to /out: ${full.message}`,
  );
  expect(refused).toHaveProperty('cause', full);
  expect(parquetError('/out', mistake)).toBe(mistake);
});
