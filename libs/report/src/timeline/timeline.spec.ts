import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemKinds } from '../picture/picture.js';
import { stuckWrite } from '../stuck-write.testing.js';
import { decodeBins, decodeHeader, decodeItems, headerLength } from './decode-timeline.js';
import { encodeTimeline, type TimelineFacts } from './encode-timeline.js';
import {
  alignment,
  binsPerTile,
  itemFlags,
  noEnd,
  preambleBytes,
  type TimelineHeader,
} from './format.js';
import type { TimelineItem } from './items.js';
import { timelineTiles } from './timeline-tiles.js';

function join(chunks: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));
}

/** Reads as a browser does: preamble, header, then ranges. */
function read(file: Uint8Array): { header: TimelineHeader; items: TimelineItem[] } {
  const length = headerLength(file.subarray(0, preambleBytes));
  const header = decodeHeader(file.subarray(preambleBytes, preambleBytes + length));
  const { spanUs, tiles } = header.items;
  const range = (offset: number, bytes: number) => file.subarray(offset, offset + bytes);
  const items = tiles.flatMap((entry) => decodeItems(range(entry[1], entry[2]), entry, spanUs));
  if (header.long !== null) {
    items.push(...decodeItems(range(header.long[1], header.long[2]), header.long, 0));
  }
  return { header, items };
}

const facts = (end: number): TimelineFacts => ({
  end,
  focus: { start: 0, end },
  lanes: Array.from({ length: 4 }, (_, i) => ({ kind: 'queue', group: 'host1', name: `${i}` })),
  faults: [],
  fences: [],
  profiles: [],
  moments: [],
  signals: [],
  findings: [],
  names: {},
});

const endUs = 30_000_000;
const u = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const itemArbitrary: fc.Arbitrary<TimelineItem> = fc
  .record({
    start: fc.integer({ min: 0, max: endUs }),
    took: fc.option(fc.oneof(u(12), u(24))),
    lane: u(2),
    kind: fc.integer({ min: 0, max: itemKinds.length - 1 }),
    opcode: u(8),
    flags: u(4),
    mark: u(2),
    status: fc.option(fc.integer({ min: 0, max: 0xfffe })),
    lba: fc.maxSafeNat(),
    blocks: u(32),
  })
  .map(({ took, ...item }) => ({
    ...item,
    id: 0,
    end: took === null ? null : item.start + took,
  }));
const itemsArbitrary = fc
  .array(itemArbitrary, { maxLength: 200 })
  .map((items) => items.map((item, id) => ({ ...item, id })));

const asItems = (items: readonly TimelineItem[]) => ({
  count: items.length,
  at: (index: number) => items[index]!,
});

describe('a timeline', () => {
  it('gives back every item, wherever it lies', () => {
    fc.assert(
      fc.property(itemsArbitrary, (items) => {
        const file = join(encodeTimeline(asItems(items), facts(endUs)));
        const again = read(file).items.sort((a, b) => a.id - b.id);
        expect(again).toEqual(items);
      }),
    );
  });

  it('counts every item once on each level, in the bin in which it starts', () => {
    fc.assert(
      fc.property(itemsArbitrary, (items) => {
        const file = join(encodeTimeline(asItems(items), facts(endUs)));
        const { header } = read(file);
        expect(header.levels.map(({ binUs }) => binUs)).toEqual([1e3, 1e4, 1e5, 1e6, 1e7]);
        for (const { binUs, tiles } of header.levels) {
          const bins = tiles.flatMap((entry) =>
            decodeBins(file.subarray(entry[1], entry[1] + entry[2]), entry).map((bin) => ({
              ...bin,
              from: (entry[0] * binsPerTile + bin.bin) * binUs,
            })),
          );
          for (const bin of bins) {
            const there = items.filter(
              ({ start, lane }) =>
                lane === bin.lane && start >= bin.from && start < bin.from + binUs,
            );
            const took = there.flatMap(({ start, end }) => (end === null ? [] : [end - start]));
            expect(bin).toMatchObject({
              count: there.length,
              failed: there.filter(({ flags }) => (flags & itemFlags.failed) !== 0).length,
              open: there.length - took.length,
              shortest: took.length > 0 ? Math.min(...took) : noEnd,
              longest: took.length > 0 ? Math.max(...took) : noEnd,
              mark: Math.max(...there.map(({ mark }) => mark)),
            });
          }
          expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(items.length);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has its tiles one after the other, aligned, and nothing else', () => {
    fc.assert(
      fc.property(itemsArbitrary, (items) => {
        const file = join(encodeTimeline(asItems(items), facts(endUs)));
        const { header } = read(file);
        const entries = [
          ...header.items.tiles,
          ...(header.long === null ? [] : [header.long]),
          ...header.levels.flatMap(({ tiles }) => tiles).sort((a, b) => a[1] - b[1]),
        ];
        let at = preambleBytes + headerLength(file);
        for (const [, offset, bytes] of entries) {
          expect(offset).toBe(at);
          expect(offset % alignment).toBe(0);
          at += bytes;
        }
        expect(file.length).toBe(at);
      }),
      { numRuns: 30 },
    );
  });

  it('of a stuck write shows lanes, faults and findings with what they speak of', () => {
    const input = stuckWrite();
    const { header, items } = read(join(timelineTiles(input)));
    const placed = input.history.commands.length + input.history.applies.length;
    expect(items).toHaveLength(placed);
    expect(header.lanes.length).toBeGreaterThan(3);
    expect(header.faults).toHaveLength(input.history.faults.length);
    const apply = itemKinds.indexOf('apply');
    expect(header.findings).toHaveLength(input.verdict.findings.length);
    for (const { commands, applies } of header.findings) {
      for (const id of commands) {
        expect(items.find((item) => item.kind !== apply && item.id === id)!.mark).toBeGreaterThan(
          0,
        );
      }
      for (const id of applies) {
        expect(items.find((item) => item.kind === apply && item.id === id)!.mark).toBeGreaterThan(
          0,
        );
      }
    }
    expect(header.findings.some(({ applies }) => applies.length > 0)).toBe(true);
  });

  it('of a day has few tiles still', () => {
    const day = 24 * 3600 * 1e6;
    const items = Array.from({ length: 5000 }, (_, id) => ({
      ...{ start: (id * day) / 5000, end: null, lane: 0, kind: 0, opcode: 1, flags: 0, mark: 0 },
      ...{ status: null, lba: id, blocks: 1, id },
    }));
    const { header, items: again } = read(join(encodeTimeline(asItems(items), facts(day))));
    expect(again).toEqual(items);
    expect(header.levels.map(({ binUs }) => binUs)).toEqual([1e5, 1e6, 1e7]);
  });

  it('says of a file that is none that it is none', () => {
    expect(() => headerLength(new Uint8Array(16))).toThrow('no timeline');
    expect(() => headerLength(new Uint8Array(3))).toThrow('no timeline');
  });
});
