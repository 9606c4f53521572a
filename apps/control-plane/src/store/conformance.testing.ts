import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from './artifact-store.js';
import { MissingBytes, StoreError } from './store-error.js';

/** A store that is opened for the suite, empty. */
export interface OpenedStore {
  store: ArtifactStore;
  close(): Promise<void>;
}

/** What every artifact store must do. */
export function describeArtifactStore(name: string, openStore: () => Promise<OpenedStore>): void {
  describe(`${name} as an artifact store`, () => {
    let opened: OpenedStore;
    let store: ArtifactStore;
    beforeAll(async () => {
      opened = await openStore();
      store = opened.store;
    });
    afterAll(() => opened.close());

    it('gives back what was put in, whatever its parts', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
          async (parts) => {
            const whole = Buffer.concat(parts);
            const id = randomUUID();
            let offset = 0;
            for (const part of parts.filter(({ length }) => length > 0)) {
              await keep(store, id, offset, part);
              offset += part.length;
            }
            expect(await store.assemble(id)).toEqual({ size: whole.length, sha256: hashOf(whole) });
            expect(await read(store.openStaged(id))).toEqual(whole);
            await store.promote(id, hashOf(whole));
            expect(await store.sizeOf(hashOf(whole))).toBe(whole.length);
            expect(await read(store.open(hashOf(whole)))).toEqual(whole);
          },
        ),
        { numRuns: 20 },
      );
    });

    it('reads a range, both ends included', async () => {
      const bytes = randomBytes(1000);
      const sha256 = await put(store, bytes);
      for (const [first, last] of [
        [0, 0],
        [0, 999],
        [17, 500],
        [999, 999],
      ] as const) {
        expect(await read(store.open(sha256, { first, last }))).toEqual(
          bytes.subarray(first, last + 1),
        );
      }
    });

    it('keeps a part in place of another at its offset, and nothing of one that was dropped', async () => {
      const id = randomUUID();
      await keep(store, id, 0, Buffer.from('one'));
      await keep(store, id, 0, Buffer.from('two'));
      const dropped = await store.stagePart(id, once(Buffer.from('three')));
      await dropped.drop();
      expect(await store.assemble(id)).toEqual({ size: 3, sha256: hashOf(Buffer.from('two')) });
    });

    it('leaves nothing of a part whose source breaks', async () => {
      const id = randomUUID();
      await keep(store, id, 0, Buffer.from('kept'));
      async function* breaking(): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('cut'));
        throw new Error('the connection is gone');
      }
      await expect(store.stagePart(id, breaking())).rejects.toThrow('the connection is gone');
      expect(await store.assemble(id)).toEqual({ size: 4, sha256: hashOf(Buffer.from('kept')) });
    });

    it('refuses to assemble parts that do not follow each other', async () => {
      const [gap, overlap, late] = [randomUUID(), randomUUID(), randomUUID()];
      await keep(store, gap, 0, Buffer.alloc(4));
      await keep(store, gap, 5, Buffer.alloc(4));
      await keep(store, overlap, 0, Buffer.alloc(4));
      await keep(store, overlap, 3, Buffer.alloc(4));
      await keep(store, late, 1, Buffer.alloc(4));
      for (const id of [gap, overlap, late]) {
        await expect(store.assemble(id)).rejects.toThrow(MissingBytes);
        await expect(store.promote(id, hashOf(Buffer.alloc(4)))).rejects.toThrow(MissingBytes);
      }
    });

    it('never overwrites content; the same from two at once is fine', async () => {
      const bytes = randomBytes(70_000);
      const ids = [randomUUID(), randomUUID(), randomUUID()];
      for (const id of ids) {
        await keep(store, id, 0, bytes);
        await store.assemble(id);
      }
      await Promise.all(ids.map((id) => store.promote(id, hashOf(bytes))));
      // A second time, as after a transaction that failed.
      await store.promote(ids[0]!, hashOf(bytes));
      expect(hashOf(await read(store.open(hashOf(bytes))))).toBe(hashOf(bytes));
    });

    it('keeps content when staging goes, and a reader reads on when content goes', async () => {
      const id = randomUUID();
      const bytes = randomBytes(3_000_000);
      await keep(store, id, 0, bytes);
      await store.assemble(id);
      await store.promote(id, hashOf(bytes));
      expect(await listed(store.stagingIds())).toContain(id);
      await store.removeStaging(id);
      await store.removeStaging(id);
      expect(await listed(store.stagingIds())).not.toContain(id);
      const reader = await store.open(hashOf(bytes));
      await store.removeBlob(hashOf(bytes));
      await store.removeBlob(hashOf(bytes));
      expect(hashOf(await buffer(reader))).toBe(hashOf(bytes));
      expect(await store.sizeOf(hashOf(bytes))).toBeNull();
      await expect(store.open(hashOf(bytes))).rejects.toThrow(MissingBytes);
      await expect(store.openStaged(id)).rejects.toThrow(MissingBytes);
    });

    it('lists content with its size and time', async () => {
      const bytes = randomBytes(321);
      const before = Date.now();
      const sha256 = await put(store, bytes);
      const found = (await listed(store.blobs())).find((blob) => blob.sha256 === sha256);
      expect(found?.size).toBe(321);
      // File systems and servers keep time more coarsely than the clock shows it.
      expect(Math.abs(found!.storedAt.getTime() - before)).toBeLessThan(60_000);
    });

    it('takes no name but ids and hashes', async () => {
      for (const name of ['..', '../../etc/passwd', '', 'a/b', 'A'.repeat(64)]) {
        await expect(store.removeStaging(name)).rejects.toThrow(StoreError);
        await expect(store.stagePart(name, once(Buffer.alloc(1)))).rejects.toThrow(StoreError);
        await expect(store.open(name)).rejects.toThrow(StoreError);
        await expect(store.removeBlob(name)).rejects.toThrow(StoreError);
        await expect(store.promote(randomUUID(), name)).rejects.toThrow(StoreError);
      }
    });

    it('is up', async () => {
      expect(await store.isUp()).toBe(true);
    });

    it('knows how much space there is', async () => {
      expect(await store.freeBytes()).toBeGreaterThan(0);
    });
  });
}

/** Puts bytes under their hash. */
async function put(store: ArtifactStore, bytes: Uint8Array): Promise<string> {
  const id = randomUUID();
  await keep(store, id, 0, bytes);
  const { sha256 } = await store.assemble(id);
  await store.promote(id, sha256);
  return sha256;
}

async function keep(
  store: ArtifactStore,
  id: string,
  offset: number,
  bytes: Uint8Array,
): Promise<void> {
  const part = await store.stagePart(id, once(bytes));
  expect(part.size).toBe(bytes.length);
  await part.keepAt(offset);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function read(opening: Promise<Readable>): Promise<Buffer> {
  return await buffer(await opening);
}

async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
