import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualTime, type Plan } from '@fenceline/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { largestMediumInMemory, openBackend } from './open-backend.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'fenceline-backend-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the backend of a lab', () => {
  it.each([
    ['in memory', 1024 ** 2],
    ['in a file without a name', largestMediumInMemory + 1024 ** 2],
  ])('has its medium %s, and leaves nothing but the journal', async (_where, namespaceBytes) => {
    const plan = { blockSize: 4096, namespaceBytes } as Plan;
    const backend = await openBackend(plan, new VirtualTime(), join(folder, 'journal'));
    try {
      expect(await readdir(folder)).toEqual(['journal']);
      expect([...(await backend.read(namespaceBytes - 4096, 2))]).toEqual([0, 0]);
    } finally {
      await backend.close();
    }
    expect(await readdir(folder)).toEqual(['journal']);
  });
});
