import { hashBlock } from '@fenceline/capture';
import { imageEnd, imageLine } from '@fenceline/evidence';
import { describe, expect, it } from 'vitest';
import { finalImageOf } from './final-image.js';
import { WrittenBlocks } from './written-blocks.js';

describe('finalImageOf', () => {
  it('hashes every block that was written, and no other', async () => {
    const bytes = new Uint8Array(2048);
    bytes.forEach((_, index) => (bytes[index] = Math.floor(index / 512)));
    const medium = {
      read: (offset: number, length: number) =>
        Promise.resolve(bytes.subarray(offset, offset + length)),
    };
    const written = new WrittenBlocks(512);
    written.add(512, 100);
    written.add(1024, 512);
    const hashes = [1, 2].map((value) => hashBlock(new Uint8Array(512).fill(value)));
    expect(await finalImageOf(medium, written, 512)).toBe(
      imageLine({ slba: 1, hashes }) + imageEnd(2),
    );
  });
});
