import { itemKinds, type TimelineItem } from '@fenceline/report/timeline';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleItems } from '../view/visible-items.js';
import { laneTotals } from '../view/lane-totals.js';
import { openTimeline } from './open-timeline.js';
import { TileSet, type Loaded } from './tile-set.js';
import { facts, item, MemorySource, timelineFile } from './timeline.testing.js';

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

async function load(
  items: readonly TimelineItem[],
  window: { from: number; to: number },
): Promise<{ loaded: Loaded; source: MemorySource; set: TileSet }> {
  const source = new MemorySource(timelineFile(items));
  const header = await openTimeline(source);
  const set = new TileSet(header, source, () => undefined);
  set.show(window, 1000);
  await settled();
  return { loaded: set.show(window, 1000), source, set };
}

const itemArbitrary = fc
  .record({
    ns: fc.integer({ min: 0, max: 9_999_999_999 }),
    took: fc.oneof(fc.integer({ min: 0, max: 4096 }), fc.integer({ min: 0, max: 2 ** 21 })),
    lane: fc.integer({ min: 0, max: 3 }),
    kind: fc.integer({ min: 0, max: itemKinds.length - 1 }),
    mark: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ ns, took, ...rest }) => ({
    ...rest,
    start: ns / 1000,
    end: (ns + took * 1000) / 1000,
  }));

describe('the tiles of a window', () => {
  it('have every item that is under way in it, with all of its fields, in the order of time', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(itemArbitrary, { maxLength: 60 }),
        fc.integer({ min: 0, max: 9_000_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        async (some, from, span) => {
          const items = some.map((of, id) => item(id, of));
          const window = { from, to: from + span };
          const { loaded } = await load(items, window);
          expect(loaded.detail.kind).toBe('items');
          expect(loaded.standIn.spans).toEqual([]);
          const list = visibleItems(loaded.items, window);
          const seen = Array.from({ length: list.count }, (_, i) =>
            list.tiles[list.tileOf[i]!]!.item(list.rowOf[i]!),
          );
          const wanted = items.filter(({ start, end }) => start < window.to && end >= window.from);
          expect(seen.map(({ start }) => start)).toEqual(
            wanted.map(({ start }) => start).sort((a, b) => a - b),
          );
          const byId = (a: TimelineItem, b: TimelineItem) => a.id - b.id;
          expect(seen.sort(byId)).toEqual(wanted.sort(byId));
        },
      ),
      { numRuns: 60 },
    ));

  it('are bins where there are too many, which count every item', async () => {
    const items = Array.from({ length: 40_000 }, (_, id) =>
      item(id, { start: id * 250, lane: id % 4, status: id % 100 === 0 ? 1 : 0 }),
    );
    const { loaded, set } = await load(items, { from: 0, to: facts.end });
    expect(loaded.detail).toEqual({ kind: 'bins', level: 2 });
    expect(loaded.items).toEqual([]);
    const totals = laneTotals(loaded.bins, 4, { from: 0, to: facts.end });
    expect(totals.map(({ count }) => count)).toEqual([10_000, 10_000, 10_000, 10_000]);
    expect(totals[0]!.longest).toBe(500);
    // Nearer, single items take their place; until they come, the bins that are there stand in.
    const near = { from: 1_000_000, to: 1_400_000 };
    const before = set.show(near, 1000);
    expect(before.detail.kind).toBe('items');
    expect(before.standIn.spans).toEqual([
      { from: 1_000_000, to: 1_250_000 },
      { from: 1_250_000, to: 1_500_000 },
    ]);
    expect(before.standIn.bins).not.toEqual([]);
    await settled();
    const after = set.show(near, 1000);
    expect(after.standIn.spans).toEqual([]);
    expect(visibleItems(after.items, near).count).toBeGreaterThanOrEqual(1600);
  });

  it('are few, however long the recording is', async () => {
    const items = Array.from({ length: 40_000 }, (_, id) => item(id, { start: id * 250 }));
    const { source } = await load(items, { from: 5_000_000, to: 5_010_000 });
    const opened = 64 * 1024;
    expect(source.received - opened).toBeLessThan(source.file.length / 3);
  });

  it('have the console lines of it', async () => {
    const lines = Array.from({ length: 1200 }, (_, i) => ({ t: i * 8000, vm: 'A', text: `${i}` }));
    const source = new MemorySource(timelineFile([item(0)], {}, lines));
    const set = new TileSet(await openTimeline(source), source, () => undefined);
    const window = { from: 8000 * 600, to: 8000 * 610 };
    set.show(window, 1000);
    await settled();
    const seen = set.show(window, 1000).lines;
    expect(seen).toEqual(lines.slice(500, 1000));
  });
});
