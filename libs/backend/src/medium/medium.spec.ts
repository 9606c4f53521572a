import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileMedium } from './file-medium.js';
import type { Medium } from './medium.js';
import { MemoryMedium } from './memory-medium.js';
import { openMedium } from './open-medium.js';

const SIZE = 200_000;

let folder = '';
let files = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fenceline-medium-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each([
  ['memory', () => openMedium('memory', SIZE)],
  ['sparse memory', () => openMedium('sparse', SIZE)],
  ['file', () => openMedium({ file: join(folder, `medium-${++files}`) }, SIZE)],
])('a medium in %s', (_, create) => {
  let medium: Medium;

  beforeEach(async () => {
    medium = await create();
  });

  afterEach(async () => {
    await medium.close();
  });

  async function contents(): Promise<Uint8Array> {
    const bytes = new Uint8Array(SIZE).fill(0xff);
    await medium.read(0, bytes);
    return bytes;
  }

  it('is as large as asked for, and zero', async () => {
    expect(medium.size).toBe(SIZE);
    expect((await contents()).every((byte) => byte === 0)).toBe(true);
  });

  it('gives back what was stored, up to its last byte', async () => {
    await medium.write(SIZE - 3, Uint8Array.of(1, 2, 3));
    const end = new Uint8Array(4);
    await medium.read(SIZE - 4, end);
    expect([...end]).toEqual([0, 1, 2, 3]);
  });

  it('keeps its own copy of what was stored', async () => {
    const data = Uint8Array.of(1, 2, 3);
    await medium.write(10, data);
    data.fill(9);
    const found = new Uint8Array(3);
    await medium.read(10, found);
    expect([...found]).toEqual([1, 2, 3]);
  });

  it('can be flushed', async () => {
    await medium.write(0, Uint8Array.of(1));
    await medium.flush();
  });

  it('behaves like an array of bytes', async () => {
    const range = fc
      .tuple(fc.nat(SIZE - 1), fc.integer({ min: 1, max: 150_000 }))
      .map(([offset, length]) => ({ offset, length: Math.min(length, SIZE - offset) }));
    const step = fc.record({ range, fill: fc.nat(255), zero: fc.boolean() });
    const model = new Uint8Array(SIZE);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        for (const { range, fill, zero } of steps) {
          const end = range.offset + range.length;
          if (zero) await medium.zero(range.offset, range.length);
          else await medium.write(range.offset, new Uint8Array(range.length).fill(fill));
          model.fill(zero ? 0 : fill, range.offset, end);
        }
        expect(Buffer.compare(await contents(), model)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a medium in a file', () => {
  it('takes no more of the disk than was written, zeros included', async () => {
    const path = join(folder, 'sparse');
    const medium = await FileMedium.create(path, 1 << 30);
    await medium.zero(0, 1 << 30);
    await medium.write(1 << 29, new Uint8Array(4096).fill(1));
    await medium.flush();
    const { size, blocks } = await stat(path);
    await medium.close();
    expect(size).toBe(1 << 30);
    expect(blocks * 512).toBeLessThan(1 << 20);
  });

  it('is for its owner alone', async () => {
    const path = join(folder, 'private');
    await (await FileMedium.create(path, 4096)).close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('never takes over a file that is there', async () => {
    const path = join(folder, 'taken');
    await (await FileMedium.create(path, 4096)).close();
    await expect(FileMedium.create(path, 4096)).rejects.toThrow(/EEXIST/);
  });
});

describe('a medium in memory', () => {
  it('says what to do when it would be too large', () => {
    expect(() => new MemoryMedium(2 ** 40)).toThrow(/use a file/);
  });
});
