import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { settingsSchema, type Settings } from '../../settings/settings.js';
import { describeArtifactStore } from '../conformance.testing.js';
import { openArtifactStore } from '../open-artifact-store.js';
import { S3ArtifactStore } from './s3-artifact-store.js';
import { S3Bucket } from './s3-bucket.js';
import { readS3Address } from './s3-location.js';
import { startS3Server, type TestS3Options, type TestS3Server } from './s3-server.testing.js';
import { PIECE_BYTES } from './write-object.js';

// Several requests for each call, and the server is in this process too.
vi.setConfig({ testTimeout: 60_000 });

const least = { DATABASE_URL: 'postgresql://none', REDIS_URL: 'redis://none' };
const PIECE = 5 * 2 ** 20;

const servers: [string, TestS3Options][] = [
  ['a bucket', {}],
  ['a bucket of a server that does and gives little', { withoutConditions: true, pageKeys: 2 }],
];
for (const [name, options] of servers) {
  describeArtifactStore(name, async () => {
    const server = await startS3Server(options);
    const opened = await openArtifactStore(
      settingsSchema.parse({ ...least, ...server.settings() }),
    );
    return {
      store: opened.store,
      async close() {
        opened.close();
        await server.close();
      },
    };
  });
}

/** Settings of a server that whoever runs the specs has; its bucket is written below its prefix. */
const outside = process.env['FENCELINE_TEST_S3_SETTINGS'];
if (outside !== undefined) {
  describeArtifactStore('a bucket of another server', async () => {
    const opened = await openArtifactStore(outsideSettings(outside));
    return {
      store: opened.store,
      close() {
        opened.close();
        return Promise.resolve();
      },
    };
  });
}

function outsideSettings(file: string): Settings {
  const given = JSON.parse(readFileSync(file, 'utf8')) as Pick<Settings, 'FENCELINE_ARTIFACTS'>;
  const FENCELINE_ARTIFACTS = `${given.FENCELINE_ARTIFACTS}/${randomUUID()}`;
  return settingsSchema.parse({ ...least, ...given, FENCELINE_ARTIFACTS });
}

describe('a bucket of artifacts', () => {
  let server: TestS3Server | undefined;
  let settings: Settings;
  let client: S3Client;
  let bucket: S3Bucket;
  let store: S3ArtifactStore;
  beforeAll(async () => {
    if (outside === undefined) server = await startS3Server({ pageKeys: 3 });
    settings = server
      ? settingsSchema.parse({ ...least, ...server.settings() })
      : outsideSettings(outside!);
    client = new S3Client({
      region: settings.FENCELINE_S3_REGION,
      endpoint: settings.FENCELINE_S3_ENDPOINT!,
      forcePathStyle: settings.FENCELINE_S3_PATH_STYLE,
      credentials: {
        accessKeyId: settings.FENCELINE_S3_ACCESS_KEY_ID!,
        secretAccessKey: settings.FENCELINE_S3_SECRET_ACCESS_KEY!,
      },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    bucket = new S3Bucket(client, readS3Address(settings.FENCELINE_ARTIFACTS)!);
    store = new S3ArtifactStore(bucket, PIECE);
  });
  afterAll(async () => {
    client.destroy();
    await server?.close();
  });

  async function* chunksOf(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
    for (let first = 0; first < bytes.length; first += size) {
      yield await Promise.resolve(bytes.subarray(first, first + size));
    }
  }

  async function keysBelow(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of bucket.list(prefix)) keys.push(...page.map(({ key }) => key));
    return keys;
  }

  async function unfinished(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of bucket.unfinished(prefix)) keys.push(key);
    return keys;
  }

  async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
    const all: Item[] = [];
    for await (const item of items) all.push(item);
    return all;
  }

  it.each([PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES + 12_345])(
    'takes %i bytes in one part, and copies them in pieces',
    async (size) => {
      const bytes = randomBytes(size);
      const sha256 = sha256Of(bytes);
      const id = randomUUID();
      const part = await store.stagePart(id, chunksOf(bytes));
      expect(part.size).toBe(size);
      await part.keepAt(0);
      expect(await store.assemble(id)).toEqual({ size, sha256 });
      // No second copy in staging.
      expect((await keysBelow(`staging/${id}/bytes-`)).length).toBe(1);
      await store.promote(id, sha256);
      expect(sha256Of(await buffer(await store.open(sha256)))).toBe(sha256);
      expect(await unfinished('')).toEqual([]);
    },
  );

  it('joins parts of any size to more than one piece', async () => {
    const bytes = randomBytes(PIECE_BYTES + 3_000_000);
    const id = randomUUID();
    let offset = 0;
    for (const size of [1, 6_000_000, 2_500_000, bytes.length]) {
      const part = await store.stagePart(id, chunksOf(bytes.subarray(offset, offset + size)));
      await part.keepAt(offset);
      offset += part.size;
    }
    expect(await store.assemble(id)).toEqual({ size: bytes.length, sha256: sha256Of(bytes) });
    expect((await buffer(await store.openStaged(id))).equals(bytes)).toBe(true);
  });

  it('leaves nothing of a long part whose source breaks', async () => {
    const id = randomUUID();
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield* chunksOf(randomBytes(2 * PIECE_BYTES + 1));
      throw new Error('the connection is gone');
    }
    await expect(store.stagePart(id, breaking())).rejects.toThrow('the connection is gone');
    expect(await keysBelow(`staging/${id}/`)).toEqual([]);
    expect(await unfinished(`staging/${id}/`)).toEqual([]);
  });

  it('finds and removes what a writer that was killed has left', async () => {
    const id = randomUUID();
    // What is there when the process ends between the first piece and the last.
    await (await bucket.begin(`staging/${id}/bytes-${randomUUID()}`)).add(randomBytes(PIECE));
    expect(await listed(store.stagingIds())).toContain(id);
    await store.removeStaging(id);
    expect(await listed(store.stagingIds())).not.toContain(id);
    expect(await unfinished(`staging/${id}/`)).toEqual([]);
  });

  it('does not put another content under a hash, nor over what is there', async () => {
    const id = randomUUID();
    const bytes = randomBytes(1000);
    const sha256 = sha256Of(bytes);
    await (await store.stagePart(id, chunksOf(bytes))).keepAt(0);
    await store.assemble(id);
    const other = sha256Of(randomBytes(8));
    await expect(store.promote(id, other)).rejects.toThrow('not the one of this hash');
    expect(await store.sizeOf(other)).toBeNull();
    // As if another had put it there: what is there stays, here seen by bytes that are not the same.
    const blob = `blobs/${sha256.slice(0, 2)}/${sha256}`;
    await bucket.put(blob, Buffer.from('as it was'));
    await store.promote(id, sha256);
    expect((await bucket.read(blob)).toString()).toBe('as it was');
  });

  it('does not follow a part that is dropped after it was kept', async () => {
    const id = randomUUID();
    const part = await store.stagePart(id, chunksOf(Buffer.from('kept')));
    await part.keepAt(0);
    await part.drop();
    expect(await store.assemble(id)).toMatchObject({ size: 4 });
  });

  it('lists and removes more than a page of the server', async () => {
    const ids = Array.from({ length: 5 }, () => randomUUID()).sort();
    for (const id of ids) {
      for (const name of ['bytes-1', 'bytes-2', 'part-0', 'part-1', 'whole']) {
        await bucket.put(`staging/${id}/${name}`, Buffer.from('x'));
      }
    }
    const found = await listed(store.stagingIds());
    expect(found.filter((id) => ids.some((one) => one === id))).toEqual(ids);
    expect((await keysBelow(`staging/${ids[0]!}/`)).length).toBe(5);
    for (const id of ids) await store.removeStaging(id);
    for (const id of ids) expect(await keysBelow(`staging/${id}/`)).toEqual([]);
  });

  it('writes below its prefix alone', async () => {
    if (server === undefined) return;
    const [, ...prefix] = settings.FENCELINE_ARTIFACTS.slice('s3://'.length).split('/');
    expect(await readdir(path.join(server.folder, 'artifacts', ...prefix))).toEqual(
      expect.arrayContaining(['blobs', 'staging']),
    );
    const beside = await readdir(path.join(server.folder, 'artifacts'));
    expect(beside.filter((name) => !name.startsWith('._S3rver_'))).toEqual(['spec']);
  });
});

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
