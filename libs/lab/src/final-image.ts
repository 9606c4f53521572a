import { hashBlock } from '@fenceline/capture';
import { imageEnd, imageLine } from '@fenceline/evidence';
import type { WrittenBlocks } from './written-blocks.js';

/** Blocks that are read at once. */
const runBlocks = 256;

/** The medium, as far as it is read here. Offset and length are in bytes. */
export interface ReadableMedium {
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The hashes of all blocks that were written, as the text of the part `final-image.jsonl`. */
export async function finalImageOf(
  medium: ReadableMedium,
  written: WrittenBlocks,
  blockSize: number,
): Promise<string> {
  const lines: string[] = [];
  let count = 0;
  for (const { slba, blocks } of written.ranges(runBlocks)) {
    const bytes = await medium.read(slba * blockSize, blocks * blockSize);
    const hashes: bigint[] = [];
    for (let at = 0; at < bytes.length; at += blockSize) {
      hashes.push(hashBlock(bytes.subarray(at, at + blockSize)));
    }
    lines.push(imageLine({ slba, hashes }));
    count += blocks;
  }
  return lines.join('') + imageEnd(count);
}
