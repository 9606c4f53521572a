import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedStream } from './ordered-stream.js';

/** Collects what comes out, with the time and frame of each byte. */
class Collector {
  readonly bytes: number[] = [];
  readonly times: number[] = [];

  push(bytes: Uint8Array, start: number, end: number, t: number): void {
    for (let i = start; i < end; i++) {
      this.bytes.push(bytes[i]!);
      this.times.push(t);
    }
  }
}

const stream = Uint8Array.from({ length: 400 }, (_, i) => (i * 7 + (i >> 3)) & 0xff);

function feed(
  segments: readonly (readonly [start: number, end: number])[],
  timing: 'first-seen' | 'contiguous',
  isn = 0xffff_ff80,
) {
  const out = new Collector();
  const ordered = new OrderedStream(out, timing);
  ordered.begin(isn);
  segments.forEach(([start, end], index) => {
    const frame = stream.slice(start, end);
    ordered.take((isn + start) >>> 0, frame, 0, frame.length, index + 1, index + 1);
    frame.fill(0xee);
  });
  return { out, ordered };
}

describe('OrderedStream', () => {
  it('gives each byte once, whatever is repeated or overlaps, across the wrap of sequence numbers', () => {
    const { out, ordered } = feed(
      [
        [0, 100],
        [50, 150],
        [0, 100],
        [120, 400],
      ],
      'contiguous',
    );
    expect(Uint8Array.from(out.bytes)).toEqual(stream);
    expect(ordered.position).toBe(400);
  });

  it('times early bytes by the gap that closed where contiguous, by themselves where first seen', () => {
    const segments = [
      [0, 10],
      [20, 30],
      [10, 20],
    ] as const;
    expect(feed(segments, 'contiguous').out.times.slice(10)).toEqual(new Array<number>(20).fill(3));
    const own = feed(segments, 'first-seen').out.times;
    expect(own.slice(10, 20)).toEqual(new Array<number>(10).fill(3));
    expect(own.slice(20)).toEqual(new Array<number>(10).fill(2));
  });

  it('goes on over a stream in which sequence numbers come round again and again', () => {
    const out = new Collector();
    const ordered = new OrderedStream(out, 'contiguous');
    const isn = 0xffff_0000;
    ordered.begin(isn);
    const round = 2 ** 30;
    for (let turn = 0; turn < 20; turn++) {
      const at = turn * (round + 8);
      const segment = (start: number, end: number) => {
        const bytes = stream.slice(start, end);
        ordered.take((isn + at + start) >>> 0, bytes, 0, bytes.length, turn, turn);
      };
      segment(4, 8);
      segment(0, 6);
      segment(0, 8);
      expect(ordered.position).toBe(at + 8);
      ordered.leaveOut(round, turn, turn);
    }
    expect(out.bytes).toEqual(Array.from({ length: 20 }, () => [...stream.subarray(0, 8)]).flat());
  });

  it('holds back what stands behind a gap', () => {
    const { out, ordered } = feed(
      [
        [0, 10],
        [11, 400],
      ],
      'contiguous',
    );
    expect(out.bytes).toHaveLength(10);
    expect(ordered.earlyBytes).toBe(389);
    expect(ordered.highest).toBe(400);
  });

  it('gives the longest prefix that has come, in order, for any segments', () => {
    const segment = fc
      .tuple(fc.nat(399), fc.integer({ min: 1, max: 120 }))
      .map(([start, length]) => [start, Math.min(400, start + length)] as const);
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 40 }),
        fc.nat(0xffff_ffff),
        fc.constantFrom('first-seen' as const, 'contiguous' as const),
        (segments, isn, timing) => {
          const { out } = feed(segments, timing, isn);
          const come = new Array<boolean>(400).fill(false);
          const prefixAt: number[] = [];
          for (const [start, end] of segments) {
            come.fill(true, start, end);
            const missing = come.indexOf(false);
            prefixAt.push(missing < 0 ? 400 : missing);
          }
          const length = prefixAt.at(-1) ?? 0;
          expect(out.bytes).toEqual([...stream.subarray(0, length)]);
          if (timing === 'contiguous') {
            const due = out.times.map((_, i) => prefixAt.findIndex((prefix) => prefix > i) + 1);
            expect(out.times).toEqual(due);
          } else {
            const due = out.times.map(
              (_, i) => segments.findIndex(([start, end]) => start <= i && i < end) + 1,
            );
            expect(out.times).toEqual(due);
          }
        },
      ),
    );
  });

  it('keeps no more pieces behind a gap than any window holds', () => {
    const ordered = new OrderedStream({ push: () => undefined }, 'contiguous');
    ordered.begin(0);
    const byte = Uint8Array.of(1);
    let pieces = 0;
    while (ordered.take(1 + 2 * pieces, byte, 0, 1, 0, 0)) pieces++;
    expect(pieces).toBe(65_536);
    expect(ordered.earlyRanges).toBe(pieces);
  });
});
