import { describe, expect, it } from 'vitest';
import { MemorySource } from './timeline.testing.js';
import { RangeCache, type Piece } from './range-cache.js';

const file = Uint8Array.from({ length: 4096 }, (_, i) => i % 251);
const piece = (offset: number, bytes: number): Piece<number[]> => ({
  offset,
  bytes,
  decode: (of) => [...of],
});
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

describe('a range cache', () => {
  it('fetches pieces that follow each other at once, and others by themselves', async () => {
    const source = new MemorySource(file);
    const cache = new RangeCache<number[]>(source, 4096, () => undefined);
    cache.want([piece(100, 8), piece(108, 8), piece(500, 4), piece(116, 4)]);
    expect(cache.waiting).toBe(true);
    await settled();
    expect(source.reads.map(({ offset, bytes }) => [offset, bytes])).toEqual([
      [100, 20],
      [500, 4],
    ]);
    expect(cache.get(108)).toEqual([...file.slice(108, 116)]);
    expect(cache.waiting).toBe(false);
  });

  it('aborts what is no longer wanted, and never keeps it', async () => {
    const source = new MemorySource(file);
    let changes = 0;
    const cache = new RangeCache<number[]>(source, 4096, () => (changes += 1));
    cache.want([piece(0, 8)]);
    cache.want([piece(64, 8)]);
    expect(source.reads.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
    await settled();
    expect(cache.get(0)).toBeUndefined();
    expect(cache.get(64)).toHaveLength(8);
    expect(changes).toBe(1);
  });

  it('does not ask again for what is coming or there', async () => {
    const source = new MemorySource(file);
    const cache = new RangeCache<number[]>(source, 4096, () => undefined);
    cache.want([piece(0, 8)]);
    cache.want([piece(0, 8), piece(8, 8)]);
    await settled();
    cache.want([piece(8, 8), piece(0, 8)]);
    await settled();
    expect(source.reads.map(({ offset }) => offset)).toEqual([0, 8]);
  });

  it('holds no more than it may, and what is wanted before all else', async () => {
    const cache = new RangeCache<number[]>(new MemorySource(file), 100, () => undefined);
    for (let at = 0; at < 2000; at += 40) {
      cache.want([piece(at, 40)]);
      await settled();
      expect(cache.heldBytes).toBeLessThanOrEqual(100);
    }
    expect([0, 1920, 1960].map((at) => cache.get(at) !== undefined)).toEqual([false, true, true]);
    // More is wanted at once than may be held: all of it is, until something else is wanted.
    cache.want([piece(0, 80), piece(200, 80), piece(400, 80)]);
    await settled();
    expect([0, 200, 400].map((at) => cache.get(at)?.length)).toEqual([80, 80, 80]);
  });

  it('tells why something failed, and asks again only when it is told to', async () => {
    const source = new MemorySource(file);
    let broken = true;
    let changes = 0;
    const read = source.read.bind(source);
    source.read = (...args) => (broken ? Promise.reject(new Error('HTTP 503')) : read(...args));
    const cache = new RangeCache<number[]>(source, 4096, () => (changes += 1));
    cache.want([piece(0, 8)]);
    await settled();
    expect(cache.problem?.message).toBe('HTTP 503');
    expect([changes, cache.waiting]).toEqual([1, false]);
    cache.want([piece(0, 8)]);
    await settled();
    expect(changes).toBe(1);
    broken = false;
    cache.retry();
    await settled();
    expect(cache.get(0)).toHaveLength(8);
    expect(cache.problem).toBeNull();
  });

  it('is silent once it is closed', async () => {
    let changes = 0;
    const cache = new RangeCache<number[]>(new MemorySource(file), 4096, () => (changes += 1));
    cache.want([piece(0, 8)]);
    cache.close();
    await settled();
    cache.want([piece(0, 8)]);
    await settled();
    expect(changes).toBe(0);
  });
});
