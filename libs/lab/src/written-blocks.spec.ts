import { describe, expect, it } from 'vitest';
import { WrittenBlocks } from './written-blocks.js';

describe('the blocks that were written', () => {
  it('are joined into ranges in ascending order', () => {
    const written = new WrittenBlocks(4096);
    written.add(8192, 4096);
    written.add(0, 8192);
    written.add(40960, 4096);
    expect(written.ranges(16)).toEqual([
      { slba: 0, blocks: 3 },
      { slba: 10, blocks: 1 },
    ]);
  });

  it('are split where a range grows longer than one transfer may be', () => {
    const written = new WrittenBlocks(512);
    written.add(0, 512 * 5);
    expect(written.ranges(2).map((range) => range.blocks)).toEqual([2, 2, 1]);
  });

  it('include a block that was written in part', () => {
    const written = new WrittenBlocks(4096);
    written.add(4000, 200);
    expect(written.ranges(16)).toEqual([{ slba: 0, blocks: 2 }]);
  });
});
