import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemKinds } from '../picture/picture.js';
import { stuckWrite } from '../stuck-write.testing.js';
import type { TimelineLine } from './console-tiles.js';
import {
  decodeBins,
  decodeColumns,
  decodeHeader,
  decodeItems,
  decodeLines,
  headerLength,
} from './decode-timeline.js';
import { encodeTimeline, type TimelineFacts } from './encode-timeline.js';
import {
  alignment,
  binsPerTile,
  itemColumns,
  itemFlags,
  linesPerTile,
  mostRows,
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
  lanes: Array.from({ length: 4 }, (_, i) => ({
    ...{ kind: 'queue', group: 'host1', name: `${i}`, host: 'host1', link: 'A', node: 'A' },
  })),
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
/** µs with their ns. */
const time = (most: number) => fc.integer({ min: 0, max: most * 1000 }).map((ns) => ns / 1000);

const itemArbitrary: fc.Arbitrary<TimelineItem> = fc
  .record({
    start: time(endUs),
    took: fc.oneof(time(2 ** 12), time(2 ** 24)),
    complete: fc.option(u(20)),
    lane: u(2),
    kind: fc.integer({ min: 0, max: itemKinds.length - 1 }),
    opcode: u(8),
    flags: u(6),
    mark: u(2),
    status: fc.option(fc.integer({ min: 0, max: 0xfffe })),
    lba: fc.maxSafeNat(),
    blocks: u(32),
    cid: u(16),
    frame: u(32),
  })
  .map(({ took, complete, ...item }) => ({
    ...item,
    id: 0,
    end: (Math.round(item.start * 1000) + Math.round(took * 1000)) / 1000,
    complete: complete === null ? null : Math.floor(item.start) + complete,
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
            const took = there
              .filter(({ flags }) => (flags & (itemFlags.open | itemFlags.waits)) === 0)
              .map(({ start, end }) => Math.floor(end - start));
            expect(bin).toMatchObject({
              count: there.length,
              failed: there.filter(({ flags }) => (flags & itemFlags.failed) !== 0).length,
              open: there.filter(({ flags }) => (flags & itemFlags.open) !== 0).length,
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
        const file = join(
          encodeTimeline(asItems(items), facts(endUs), [{ t: 5, vm: 'A', text: 'booting' }]),
        );
        const { header } = read(file);
        const entries = [
          ...header.items.tiles,
          ...(header.long === null ? [] : [header.long]),
          ...header.levels.flatMap(({ tiles }) => tiles).sort((a, b) => a[1] - b[1]),
          ...header.consoles.tiles.map(([, , ...entry]) => [0, ...entry] as const),
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
    const isApply = ({ kind }: TimelineItem): boolean => itemKinds[kind] === 'apply';
    expect(header.findings).toHaveLength(input.verdict.findings.length);
    for (const { places } of header.findings) {
      for (const { apply, id, lane, start, end } of places) {
        const item = items.find((one) => isApply(one) === apply && one.id === id)!;
        expect(item.mark).toBeGreaterThan(0);
        expect({ lane: item.lane, start: item.start, end: item.end }).toEqual({ lane, start, end });
      }
    }
    const stale = header.findings.findIndex(({ rule }) => rule === 'no-stale-overwrite');
    const { sentence, steps, places } = header.findings[stale]!;
    expect(steps.map(({ what }) => what)).toEqual(
      input.verdict.findings[stale]!.witness.steps.map(({ what }) => what),
    );
    expect(sentence).toBe(input.verdict.findings[stale]!.sentence);
    expect(places.slice(0, 4)).toMatchObject([
      { role: 'original', apply: false },
      { role: 'apply', apply: true },
      { role: 'newer', apply: false },
      { role: 'newerApply', apply: true },
    ]);
  });

  it('gives each item a row in which nothing else is under way', () => {
    fc.assert(
      fc.property(itemsArbitrary, (items) => {
        const file = join(encodeTimeline(asItems(items), facts(endUs)));
        const { header } = read(file);
        const taken = new Map<string, { start: number; end: number }[]>();
        for (const [entry, spanUs] of [
          ...header.items.tiles.map((tile) => [tile, header.items.spanUs] as const),
          ...(header.long === null ? [] : [[header.long, 0] as const]),
        ]) {
          const bytes = file.subarray(entry[1], entry[1] + entry[2]);
          const { row } = decodeColumns(itemColumns, bytes, entry[3]);
          for (const [i, { lane, start, end }] of decodeItems(bytes, entry, spanUs).entries()) {
            expect(row[i]).toBeLessThan(header.lanes[lane]!.rows);
            if (row[i] === mostRows - 1) continue;
            const others = taken.get(`${lane} ${row[i]}`) ?? [];
            expect(others.some((other) => start < other.end && end > other.start)).toBe(false);
            taken.set(`${lane} ${row[i]}`, [...others, { start, end }]);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives back every line of the consoles, tile by tile', () => {
    const lines: TimelineLine[] = Array.from({ length: linesPerTile * 2 + 7 }, (_, i) => ({
      t: i * 13_000_001,
      vm: ['host1', 'A', 'B'][i % 3]!,
      text: `nvme nvme0: Zeile ${i} – größer\u0000`.repeat(i % 4),
    }));
    const file = join(encodeTimeline(asItems([]), facts(endUs), [...lines].reverse()));
    const { vms, tiles } = read(file).header.consoles;
    const again = tiles.map(([first, last, offset, bytes, rows]) => {
      const tile = decodeLines(file.subarray(offset, offset + bytes), rows, vms);
      expect([tile[0]!.t, tile.at(-1)!.t]).toEqual([first, last]);
      return tile;
    });
    expect(again.map(({ length }) => length)).toEqual([linesPerTile, linesPerTile, 7]);
    expect(again.flat()).toEqual(lines);
  });

  it('of a day has few tiles still', () => {
    const day = 24 * 3600 * 1e6;
    const items = Array.from({ length: 5000 }, (_, id) => ({
      ...{ start: (id * day) / 5000, end: (id * day) / 5000 + 70_000_000, complete: null, lane: 0 },
      ...{ kind: 0, opcode: 1, flags: 0, mark: 0, status: null, lba: id, blocks: 1, id },
      ...{ cid: 0, frame: 0 },
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
