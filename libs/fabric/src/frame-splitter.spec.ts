import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter, type Unit } from './frame-splitter.js';
import { longestFrame, prefixBytes, unitBytes } from './limits.js';
import { framed } from './link.testing.js';

const frameLengths = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.constant(1514),
    fc.integer({ min: 1, max: longestFrame }),
  ),
  { maxLength: 30 },
);
const chunkSizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 20 });

function push(stream: Buffer, sizes: number[]): { units: Unit[]; splitter: FrameSplitter } {
  const splitter = new FrameSplitter();
  const units: Unit[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    expect(splitter.push(stream.subarray(at, at + size), units)).toBeNull();
    at += size;
  }
  return { units, splitter };
}

describe('FrameSplitter', () => {
  it('gives the same whole frames whatever the chunks, in units that the kernel takes as one', () => {
    fc.assert(
      fc.property(frameLengths, chunkSizes, (lengths, sizes) => {
        const frames = lengths.map((length, index) => Buffer.alloc(length, index + 1));
        const stream = Buffer.concat(frames.map(framed));
        const { units, splitter } = push(stream, sizes);
        expect(Buffer.concat(units.map(({ bytes }) => bytes)).equals(stream)).toBe(true);
        expect(splitter.insideFrame).toBe(false);
        let seen = 0;
        for (const { bytes, frames: views } of units) {
          expect(bytes.length <= unitBytes || views.length === 1).toBe(true);
          for (const view of views) expect(frames[seen++]!.equals(view)).toBe(true);
        }
        expect(seen).toBe(frames.length);
      }),
    );
  });

  it('waits for the rest of a frame, and knows that it does', () => {
    const splitter = new FrameSplitter();
    const units: Unit[] = [];
    for (const byte of framed('abc').subarray(0, -1)) {
      expect(splitter.push(Buffer.of(byte), units)).toBeNull();
      expect(splitter.insideFrame).toBe(true);
    }
    expect(units).toEqual([]);
    splitter.push(Buffer.from('c'), units);
    expect(units).toEqual([{ bytes: framed('abc'), frames: [new Uint8Array(Buffer.from('abc'))] }]);
    expect(splitter.insideFrame).toBe(false);
  });

  it.each([0, longestFrame + 1, 0xffff_ffff])(
    'gives the frames before a length of %i, and says that it is wrong',
    (length) => {
      const wrong = Buffer.alloc(prefixBytes);
      wrong.writeUInt32BE(length);
      const units: Unit[] = [];
      const problem = new FrameSplitter().push(Buffer.concat([framed('good'), wrong]), units);
      expect(problem).toMatch(`a frame cannot be ${length} bytes long`);
      expect(units).toEqual([
        { bytes: framed('good'), frames: [new Uint8Array(Buffer.from('good'))] },
      ]);
    },
  );
});
