import { hashBlock } from '@fenceline/capture';
import type { JournalRecord, ReceivedRecord } from '@fenceline/capture';
import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Backend } from './backend.js';
import { BLOCK, SIZE, TestBackend, block, hashesOf, steppingClock } from './backend.testing.js';

let lab: TestBackend;

afterEach(async () => {
  await lab.dispose();
});

/** The kinds of the records about one request, in order. */
function storyOf(records: readonly JournalRecord[], request: number): string[] {
  return records
    .filter((record) => 'request' in record && record.request === request)
    .map((record) => record.kind);
}

/** The hashes that the medium's blocks have after the journal's `applied` records, in their order. */
function replay(records: readonly JournalRecord[], blocks: number): bigint[] {
  const zero = hashBlock(new Uint8Array(BLOCK));
  const medium = new Array<bigint>(blocks).fill(zero);
  const received = new Map<number, ReceivedRecord>();
  for (const record of records) {
    if (record.kind === 'received') received.set(record.request, record);
    if (record.kind !== 'applied') continue;
    const { op, offset, length, hashes } = received.get(record.request)!;
    if (op === 'read' || op === 'flush') continue;
    for (let i = 0; i < length / BLOCK; i++) medium[offset / BLOCK + i] = hashes[i] ?? zero;
  }
  return medium;
}

describe('the journal of a backend', () => {
  it('tells of exports, connections and the whole way of each request', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('B');
    await client.write(BLOCK, Buffer.concat([block(1), block(2)]), 1);
    await client.readAt(0, 512);
    await client.request({ type: 3 });
    await client.destroy();
    const { header, records, cut } = await lab.journal();
    expect(cut).toBeNull();
    expect(header).toEqual({ version: 1, blockSize: BLOCK });
    const about = (request: number, kinds: string[]): unknown[] =>
      kinds.map((kind): unknown => expect.objectContaining({ kind, request }));
    const connection = { export: 1, connection: 1 };
    expect(records).toEqual([
      { kind: 'export', export: 0, node: 'A' },
      { kind: 'export', export: 1, node: 'B' },
      expect.objectContaining({ kind: 'connect', ...connection }),
      expect.objectContaining({
        kind: 'received',
        request: 1,
        ...connection,
        op: 'write',
        fua: true,
        offset: BLOCK,
        length: 2 * BLOCK,
        hashes: [hashBlock(block(1)), hashBlock(block(2))],
      }),
      ...about(1, ['applied', 'replied']),
      expect.objectContaining({ kind: 'received', op: 'read', length: 512, hashes: [] }),
      ...about(2, ['applied', 'replied']),
      expect.objectContaining({ kind: 'received', op: 'flush', length: 0 }),
      ...about(3, ['applied', 'replied']),
      expect.objectContaining({ kind: 'disconnect', ...connection }),
      expect.objectContaining({ kind: 'end' }),
    ]);
    const times = records.flatMap((record) => ('t' in record ? [record.t] : []));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it.each([512, 4096, 65_536])(
    'has a hash of each block of %i bytes, in long writes and short ones',
    async (blockSize) => {
      const size = 2 * 1024 * 1024;
      lab = await TestBackend.open('memory', size, blockSize);
      const client = await lab.client('A');
      const lengths = [blockSize, 640 * 1024, size, 2 * blockSize];
      const payloads = lengths.map((length, turn) =>
        Uint8Array.from({ length }, (_, at) => (at >> 9) * 7 + at + turn),
      );
      for (const payload of payloads) await client.write(0, payload);
      const { records } = await lab.journal();
      const received = records.filter(({ kind }) => kind === 'received') as ReceivedRecord[];
      expect(received.map(({ hashes }) => hashes)).toEqual(
        payloads.map((payload) => hashesOf(payload, blockSize)),
      );
    },
  );

  it('has no hashes of a write that is not aligned to blocks', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('A');
    await client.write(512, block(1));
    const { records } = await lab.journal();
    expect(records.find((record) => record.kind === 'received')).toMatchObject({ hashes: [] });
  });

  it('reaches the file while the backend runs', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('A');
    await client.write(0, block(1));
    await expect
      .poll(async () => (await readFile(join(lab.folder, 'journal.fjl'))).length, {
        timeout: 1_000,
      })
      .toBeGreaterThan(150);
  });

  it('never replaces another one', async () => {
    lab = await TestBackend.open();
    const journalPath = join(lab.folder, 'journal.fjl');
    const options = { clock: steppingClock(), medium: 'memory', journalPath } as const;
    await expect(Backend.open({ ...options, blockSize: 512, size: SIZE })).rejects.toThrow(
      /EEXIST/,
    );
  });
});

describe.each(['memory', 'file'] as const)('a backend over a medium in %s', (medium) => {
  it('ends with the medium that its journal tells of, however writers overlap', async () => {
    const blocks = 16;
    const anyRequest = fc.record({
      client: fc.nat(2),
      type: fc.constantFrom(1, 1, 1, 1, 4, 6, 0, 3),
      start: fc.nat(blocks - 1),
      count: fc.integer({ min: 1, max: 8 }),
      fill: fc.integer({ min: 1, max: 255 }),
      fua: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRequest, { minLength: 1, maxLength: 60 }), async (requests) => {
        lab = await TestBackend.open(medium, blocks * BLOCK);
        const clients = [await lab.client('A'), await lab.client('B'), await lab.client('B')];
        const replies = requests.map(({ client, type, start, count, fill, fua }) => {
          const length = Math.min(count, blocks - start) * BLOCK;
          const range = type === 3 ? {} : { offset: start * BLOCK, length };
          const data = type === 1 ? { data: new Uint8Array(length).fill(fill) } : {};
          return clients[client]!.request({ type, flags: fua ? 1 : 0, ...range, ...data });
        });
        for (const reply of replies) expect(await reply).toMatchObject({ errno: 0 });
        const found = hashesOf(await lab.backend.read(0, blocks * BLOCK));
        const { records, cut } = await lab.journal();
        expect(cut).toBeNull();
        expect(found).toEqual(replay(records, blocks));
        expect(lab.backend.pending()).toBe(0);
        await lab.dispose();
      }),
      { numRuns: 15 },
    );
  });

  it('never answers before it has recorded that the medium holds the data', async () => {
    lab = await TestBackend.open(medium);
    const client = await lab.client('A');
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => client.write(index * BLOCK, block(index + 1))),
    );
    const { records } = await lab.journal();
    for (let request = 1; request <= 50; request++) {
      expect(storyOf(records, request)).toEqual(['received', 'applied', 'replied']);
    }
  });

  it('holds the next writes of a node and lets the later ones pass', async () => {
    lab = await TestBackend.open(medium);
    const [a, b] = [await lab.client('A'), await lab.client('B')];
    const id = lab.backend.hold({ nodes: ['A'], ops: ['write'], next: 1 });
    const held = lab.next('held');
    const answer = a.write(0, block(1));
    expect(await held).toMatchObject({ id: 1, node: 'A', hashes: [hashBlock(block(1))] });
    expect(lab.backend.held('A').map((request) => request.id)).toEqual([1]);
    expect(lab.backend.held('B')).toEqual([]);
    expect(lab.backend.pending()).toBe(1);
    // Newer writes to the same block pass it, over its own node and over another.
    await a.write(0, block(2));
    await b.write(0, block(3));
    expect(Buffer.compare(await a.readAt(0, BLOCK), block(3))).toBe(0);
    expect(lab.backend.release(id)).toBe(1);
    expect(await answer).toMatchObject({ errno: 0 });
    expect(Buffer.compare(await b.readAt(0, BLOCK), block(1))).toBe(0);
    const { records } = await lab.journal();
    expect(storyOf(records, 1)).toEqual(['received', 'held', 'released', 'applied', 'replied']);
    expect(records.filter(({ kind }) => kind === 'applied')).toMatchObject(
      [2, 3, 4, 1, 5].map((request) => ({ request })),
    );
  });

  it('applies a held write although its client has gone', async () => {
    lab = await TestBackend.open(medium);
    const [a, b] = [await lab.client('A'), await lab.client('B')];
    lab.backend.hold({ nodes: ['A'] });
    const held = lab.next('held');
    void a.write(BLOCK, block(9, 40));
    await held;
    await a.destroy();
    const gone = async () => (await lab.journalSoFar()).some(({ kind }) => kind === 'disconnect');
    await expect.poll(gone).toBe(true);
    const applied = lab.next('applied');
    lab.backend.release();
    expect(await applied).toMatchObject({ id: 1 });
    expect(Buffer.compare(await b.readAt(BLOCK, 40 * BLOCK), block(9, 40))).toBe(0);
    const { records } = await lab.journal();
    expect(storyOf(records, 1)).toEqual(['received', 'held', 'released', 'applied']);
  });

  it('applies what it releases in the order received, before what comes later', async () => {
    lab = await TestBackend.open(medium);
    const client = await lab.client('A');
    lab.backend.hold();
    // The last one is to the same block as what comes later, which else would not wait for it.
    const replies = Array.from({ length: 19 }, (_, index) =>
      client.write((index % 3) * BLOCK, block(index + 1)),
    );
    await client.readAt(0, BLOCK);
    expect(lab.backend.release()).toBe(19);
    replies.push(client.write(0, block(99)));
    await Promise.all(replies);
    const applied = (await lab.journal()).records.filter(({ kind }) => kind === 'applied');
    const writes = applied.slice(1).map((record) => 'request' in record && record.request);
    expect(writes).toEqual([...Array.from({ length: 19 }, (_, index) => index + 1), 21]);
  });

  it('takes back what is in flight and not yet with the medium', async () => {
    lab = await TestBackend.open(medium);
    const client = await lab.client('A');
    const slow = lab.backend.slow({ nodes: ['A'], ms: 60_000 });
    const received = lab.next('received');
    const replies = [client.write(0, block(1)), client.write(0, block(2))];
    await received;
    const held = lab.next('held');
    lab.backend.hold({ inFlight: true, next: 2 });
    await held;
    await client.readAt(0, BLOCK);
    expect(lab.backend.held().map((request) => request.id)).toEqual([1, 2]);
    lab.backend.heal(slow);
    expect(lab.backend.held()).toHaveLength(2);
    lab.backend.heal();
    await Promise.all(replies);
    expect(Buffer.compare(await client.readAt(0, BLOCK), block(2))).toBe(0);
  });
});

describe('the faults of a backend', () => {
  it('discards what a hold holds: never applied, never answered, no longer pending', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('A');
    const id = lab.backend.hold({ next: 1 });
    const held = lab.next('held');
    void client.write(0, block(1));
    await held;
    expect(lab.backend.discard(id)).toBe(1);
    expect(lab.backend.pending()).toBe(0);
    expect((await client.readAt(0, BLOCK)).every((byte) => byte === 0)).toBe(true);
    const { records } = await lab.journal();
    expect(storyOf(records, 1)).toEqual(['received', 'held', 'discarded']);
  });

  it('holds only the kinds of request that it is told to', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('A');
    lab.backend.hold({ ops: ['read', 'flush'] });
    expect(await client.write(0, block(1))).toMatchObject({ errno: 0 });
    const held = lab.next('held');
    const flushed = client.request({ type: 3 });
    expect(await held).toMatchObject({ op: 'flush' });
    lab.backend.heal();
    expect(await flushed).toMatchObject({ errno: 0 });
  });

  it('keeps the holds apart', async () => {
    lab = await TestBackend.open();
    const [a, b] = [await lab.client('A'), await lab.client('B')];
    const holdA = lab.backend.hold({ nodes: ['A'] });
    lab.backend.hold({ nodes: ['B'] });
    const answer = a.write(0, block(1));
    void b.write(0, block(2));
    await b.readAt(0, BLOCK);
    await a.readAt(0, BLOCK);
    expect(lab.backend.release(holdA)).toBe(1);
    expect(await answer).toMatchObject({ errno: 0 });
    expect(lab.backend.held().map(({ node }) => node)).toEqual(['B']);
    expect(lab.backend.release('hold-99')).toBe(0);
  });

  it('lets a listener catch the very request that it hears of', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('A');
    const off = lab.backend.on('received', () => {
      off();
      lab.backend.hold({ next: 1 });
    });
    const held = lab.next('held');
    void client.write(0, block(1));
    expect(await held).toMatchObject({ id: 1 });
  });

  it('fails the next ones with an error, and only those', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('A');
    lab.backend.fail({ next: 1, errno: 28 });
    expect(await client.write(0, block(1))).toMatchObject({ errno: 28 });
    expect(await client.write(0, block(2))).toMatchObject({ errno: 0 });
    lab.backend.fail({ errno: 110 });
    expect(await client.write(0, block(3))).toMatchObject({ errno: 5 });
    lab.backend.heal();
    expect(await client.write(0, block(4))).toMatchObject({ errno: 0 });
    const { records } = await lab.journal();
    expect(storyOf(records, 1)).toEqual(['received', 'failed', 'replied']);
    expect(records.filter(({ kind }) => kind === 'failed')).toMatchObject([
      { errno: 28 },
      { errno: 110 },
    ]);
  });

  it('slows a node down and no other', async () => {
    lab = await TestBackend.open();
    const [a, b] = [await lab.client('A'), await lab.client('B')];
    lab.backend.slow({ nodes: ['A'], ms: 50 });
    const started = performance.now();
    const slow = a.write(0, block(1));
    await b.write(0, block(2));
    expect(lab.backend.pending()).toBe(1);
    await slow;
    expect(performance.now() - started).toBeGreaterThan(45);
    expect(Buffer.compare(await b.readAt(0, BLOCK), block(1))).toBe(0);
  });

  it.each(['memory', 'file'] as const)(
    'leaves the bytes of what waits alone, whatever is read meanwhile: %s',
    async (medium) => {
      lab = await TestBackend.open(medium);
      const [a, b] = [await lab.client('A'), await lab.client('B')];
      const held = lab.next('held');
      lab.backend.hold({ nodes: ['A'], next: 1 });
      lab.backend.slow({ nodes: ['A'], ms: 20 });
      const answers = [a.write(0, block(1, 8))];
      await held;
      answers.push(a.write(8 * BLOCK, block(2, 8)));
      // The same memory is read into again and again, and overlapping writes of a file wait for each other.
      for (let i = 0; i < 40; i++) answers.push(b.write((16 + (i % 4)) * BLOCK, block(3 + i, 30)));
      await answers[1];
      lab.backend.release();
      await Promise.all(answers);
      expect(Buffer.compare(await b.readAt(0, 8 * BLOCK), block(1, 8))).toBe(0);
      expect(Buffer.compare(await b.readAt(8 * BLOCK, 8 * BLOCK), block(2, 8))).toBe(0);
      expect(Buffer.compare(await b.readAt(19 * BLOCK, 30 * BLOCK), block(42, 30))).toBe(0);
    },
  );

  it('refuses to hold the next none', async () => {
    lab = await TestBackend.open();
    expect(() => lab.backend.hold({ next: 0 })).toThrow(/whole number from 1 on/);
    expect(() => lab.backend.fail({ next: 1.5 })).toThrow(RangeError);
  });
});

describe('a backend', () => {
  it('says when nothing is pending any more, and when it last was busy', async () => {
    lab = await TestBackend.open();
    const client = await lab.client('A');
    const idle = new Promise<void>((resolve) => {
      lab.backend.on('idle', () => resolve());
    });
    const before = lab.backend.lastActivityAt();
    await client.write(0, block(1));
    await idle;
    expect(lab.backend.pending()).toBe(0);
    expect(lab.backend.lastActivityAt()).toBeGreaterThan(before);
  });

  it('closes with writes held and slowed down, and leaves them unapplied', async () => {
    lab = await TestBackend.open('file');
    const client = await lab.client('A');
    lab.backend.hold({ next: 1 });
    lab.backend.slow({ ms: 60_000 });
    void client.write(0, block(1));
    void client.write(0, block(2));
    await client.readAt(0, BLOCK);
    const { records, cut } = await lab.journal();
    expect(cut).toBeNull();
    expect(records.filter(({ kind }) => kind === 'applied')).toHaveLength(1);
    expect(records.at(-1)?.kind).toBe('end');
    await client.closed;
  });

  it('refuses sizes that cannot be', async () => {
    lab = await TestBackend.open();
    const folder = await mkdtemp(join(tmpdir(), 'fenceline-backend-'));
    const journalPath = join(folder, 'j');
    const options = { clock: steppingClock(), medium: 'memory', journalPath } as const;
    await expect(Backend.open({ ...options, blockSize: 1000, size: SIZE })).rejects.toThrow(
      /power of two/,
    );
    await expect(Backend.open({ ...options, blockSize: 512, size: 1000 })).rejects.toThrow(
      /multiple of the block size/,
    );
    await rm(folder, { recursive: true });
  });
});
