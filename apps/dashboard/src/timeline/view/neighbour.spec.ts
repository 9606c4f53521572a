import type { TimelineItem } from '@fenceline/report/timeline';
import { describe, expect, it } from 'vitest';
import { openTimeline } from '../read/open-timeline.js';
import { TileSet } from '../read/tile-set.js';
import { item, MemorySource, timelineFile } from '../read/timeline.testing.js';
import { nearLines } from './near-lines.js';
import { neighbour, type Direction } from './neighbour.js';

const items = [
  item(0, { start: 1000, lane: 0 }),
  item(1, { start: 2000, lane: 0 }),
  item(2, { start: 3000, lane: 0 }),
  item(3, { start: 2100, lane: 1 }),
  item(4, { start: 9000, lane: 1 }),
  item(5, { start: 2000, lane: 3 }),
];
const source = new MemorySource(timelineFile(items));
const set = new TileSet(await openTimeline(source), source, () => undefined);
const window = { from: 0, to: 10_000 };
set.show(window, 1000);
await new Promise((done) => setTimeout(done));
const { items: tiles } = set.show(window, 1000);

const go = (from: TimelineItem, direction: Direction) => neighbour(tiles, from, direction)?.id;

describe('the next item', () => {
  it('is the one before or after on the lane', () => {
    expect([go(items[1]!, 'before'), go(items[1]!, 'after')]).toEqual([0, 2]);
    expect(go(items[2]!, 'after')).toBeUndefined();
  });

  it('is the nearest in time of the nearest lane that has one', () => {
    expect([go(items[1]!, 'below'), go(items[3]!, 'below'), go(items[5]!, 'above')]).toEqual([
      3, 5, 3,
    ]);
    expect(go(items[1]!, 'above')).toBeUndefined();
  });
});

describe('the lines around a moment', () => {
  const lines = Array.from({ length: 300 }, (_, t) => ({ t, vm: 'A', text: `${t}` }));

  it('say which is the last before it', () => {
    const near = nearLines(lines, 150.5);
    expect(near.lines[near.last]!.t).toBe(150);
    expect(near.lines).toHaveLength(120);
    expect(nearLines(lines, -1).last).toBe(-1);
    expect(nearLines(lines, 1e9).lines.at(-1)!.t).toBe(299);
    expect(nearLines([], 5)).toEqual({ lines: [], last: -1 });
  });
});
