import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskLimit } from './disk-limit.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-disk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the limit of what a lab may write', () => {
  it('tells once that all its files together are too large', async () => {
    await mkdir(path.join(folder, 'captures'));
    let told = 0;
    let limit!: DiskLimit;
    const passed = new Promise<void>((resolve) => {
      limit = new DiskLimit(
        folder,
        2 ** 20,
        () => {
          told += 1;
          resolve();
        },
        5,
      );
    });
    await writeFile(path.join(folder, 'captures', 'A.pcapng'), Buffer.alloc(600_000));
    expect(limit.message).toBeNull();
    await writeFile(path.join(folder, 'journal'), Buffer.alloc(600_000));
    await passed;
    limit.close();
    expect(told).toBe(1);
    expect(limit.message).toBe('The lab wrote more than 1 MiB and was ended.');
  });
});
