/** A run of logical blocks. */
export interface BlockRange {
  slba: number;
  blocks: number;
}

/** Remembers which blocks of the medium were written. */
export class WrittenBlocks {
  private readonly written = new Set<number>();

  constructor(private readonly blockSize: number) {}

  /** Marks bytes as written. */
  add(offset: number, length: number): void {
    const end = Math.ceil((offset + length) / this.blockSize);
    for (let block = Math.floor(offset / this.blockSize); block < end; block++)
      this.written.add(block);
  }

  /** All written blocks as ranges in ascending order, none longer than `most` blocks. */
  ranges(most: number): BlockRange[] {
    const ranges: BlockRange[] = [];
    let last: BlockRange | undefined;
    for (const block of [...this.written].sort((a, b) => a - b)) {
      if (last && last.slba + last.blocks === block && last.blocks < most) {
        last.blocks++;
      } else {
        last = { slba: block, blocks: 1 };
        ranges.push(last);
      }
    }
    return ranges;
  }
}
