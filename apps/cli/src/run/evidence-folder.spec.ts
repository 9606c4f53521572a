import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { createEvidenceFolder, keepIfRecorded } from './evidence-folder.js';

const now = new Date('2026-05-04T03:02:01.987Z');
let out: string;

beforeEach(async () => {
  out = await mkdtemp(path.join(tmpdir(), 'fenceline-out-'));
});

afterEach(async () => {
  await rm(out, { recursive: true, force: true });
});

describe('createEvidenceFolder', () => {
  it('names the run: scenario, seed, UTC time', async () => {
    const folder = await createEvidenceFolder(path.join(out, 'a', 'b'), 'no-fault', 7, now);
    expect(folder).toBe(path.join(out, 'a', 'b', 'no-fault-seed7-20260504T030201Z'));
  });

  it('gives runs of the same second folders of their own', async () => {
    const make = () => createEvidenceFolder(out, 'no-fault', 7, now);
    const folders = await Promise.all([make(), make(), make()]);
    expect(new Set(folders).size).toBe(3);
    expect(await readdir(out)).toHaveLength(3);
  });

  it('says which folder cannot be written, and what to do', async () => {
    const file = path.join(out, 'file');
    await writeFile(file, '');
    const failure = createEvidenceFolder(path.join(file, 'below'), 'no-fault', 7, now);
    await expect(failure).rejects.toThrow(UsageError);
    await expect(failure).rejects.toThrow('--out DIR');
  });
});

describe('keepIfRecorded', () => {
  it('removes an empty folder and keeps any other', async () => {
    const empty = await createEvidenceFolder(out, 'empty', 1, now);
    const used = await createEvidenceFolder(out, 'used', 1, now);
    await writeFile(path.join(used, 'timeline.jsonl'), '');
    expect(await keepIfRecorded(empty)).toBe(false);
    expect(await keepIfRecorded(used)).toBe(true);
    expect(await readdir(out)).toEqual([path.basename(used)]);
  });
});
