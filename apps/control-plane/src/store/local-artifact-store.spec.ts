import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeArtifactStore } from './conformance.testing.js';
import { LocalArtifactStore } from './local-artifact-store.js';

async function newFolder(): Promise<string> {
  return await mkdtemp(path.join(tmpdir(), 'fenceline-store-'));
}

describeArtifactStore('a folder', async () => {
  const folder = await newFolder();
  return {
    store: new LocalArtifactStore(folder),
    close: () => rm(folder, { recursive: true }),
  };
});

describe('a folder of artifacts', () => {
  let folder: string;
  let store: LocalArtifactStore;
  beforeEach(async () => {
    folder = await newFolder();
    store = new LocalArtifactStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('some'));
  }

  it('can be read by nobody else', async () => {
    const id = randomUUID();
    await (await store.stagePart(id, bytes())).keepAt(0);
    const { sha256 } = await store.assemble(id);
    await store.promote(id, sha256);
    const names = await readdir(folder, { recursive: true });
    expect(names).toHaveLength(7);
    for (const name of names) {
      const found = await stat(path.join(folder, name));
      expect([name, found.mode & 0o777]).toEqual([name, found.isDirectory() ? 0o700 : 0o600]);
    }
  });

  it('leaves no file behind when a part is dropped or cannot be assembled', async () => {
    const id = randomUUID();
    await (await store.stagePart(id, bytes())).drop();
    await (await store.stagePart(id, bytes())).keepAt(2);
    await expect(store.assemble(id)).rejects.toThrow('first part');
    expect(await readdir(path.join(folder, 'staging', id))).toEqual(['part-2']);
  });
});
