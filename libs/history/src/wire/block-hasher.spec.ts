import { describe, expect, it } from 'vitest';
import { BlockHasher } from './block-hasher.js';
import { PayloadTable } from './payload-table.js';

const blockSize = 512;
const blockOf = (byte: number) => new Uint8Array(blockSize).fill(byte);

describe('BlockHasher', () => {
  it('sets nothing aside for blocks that were only announced', () => {
    const hasher = new BlockHasher(new PayloadTable(blockSize), 65_536);
    expect(hasher.payloads).toEqual([]);
    expect(hasher.done).toBe(false);
  });

  it('is done when every block came, in any order, and passes over what is beyond', () => {
    const table = new PayloadTable(blockSize);
    const hasher = new BlockHasher(table, 3);
    for (const index of [2, 5, 0, 2]) {
      hasher.take(blockOf(index), 0, blockSize, index * blockSize);
      expect(hasher.done).toBe(false);
    }
    hasher.take(blockOf(1), 0, 100, blockSize);
    hasher.take(blockOf(1), 100, blockSize, blockSize + 100);
    expect(hasher.done).toBe(true);
    expect(hasher.payloads).toEqual([0, 1, 2].map((byte) => table.ofBlock(blockOf(byte))));
  });
});
