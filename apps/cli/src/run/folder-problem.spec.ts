import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderProblem } from './folder-problem.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-disk-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('folderProblem', () => {
  it('makes the folder and finds nothing where there is room', async () => {
    expect(await folderProblem(path.join(folder, 'a', 'b'), 1)).toBeNull();
  });

  it('says how much is free and how much is needed', async () => {
    expect(await folderProblem(folder, Number.MAX_SAFE_INTEGER)).toMatch(/\d+ MiB free, \d+ MiB/);
  });

  it('says that a folder cannot be written', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    expect(await folderProblem(path.join(file, 'below'), 1)).toContain('cannot be written');
  });

  it('does not try to make one where the system keeps its own', async () => {
    expect(await folderProblem('/proc/nowhere/evidence', 1)).toContain('no place for files');
  });
});
