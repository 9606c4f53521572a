import { binColumns, binsPerTile, noEnd } from './format.js';
import type { TimelineItem, TimelineItems } from './items.js';
import { TileWriter } from './tile-writer.js';

/** What began on one lane in one bin. */
export interface Bin {
  bin: number;
  lane: number;
  count: number;
  failed: number;
  open: number;
  shortest: number;
  longest: number;
  mark: number;
  flags: number;
}

/** The bins of one tile, in the order of time and lane. */
export interface OverviewTile {
  tile: number;
  bins: Bin[];
}

/** Gathers the items of a level tile by tile; no more than one tile is there at a time. */
export function* overviewTiles(
  items: TimelineItems,
  order: Uint32Array,
  lanes: number,
  binUs: number,
  failedFlag: number,
): Generator<OverviewTile> {
  let tile = -1;
  let bins = new Map<number, Bin>();
  const finished = (): OverviewTile => ({
    tile,
    bins: [...bins.values()].sort((a, b) => a.bin - b.bin || a.lane - b.lane),
  });
  for (const index of order) {
    const item = items.at(index)!;
    const at = Math.floor(item.start / binUs);
    const here = Math.floor(at / binsPerTile);
    if (here !== tile) {
      if (bins.size > 0) yield finished();
      tile = here;
      bins = new Map();
    }
    const bin = at % binsPerTile;
    const key = bin * lanes + item.lane;
    let found = bins.get(key);
    if (found === undefined) bins.set(key, (found = emptyBin(bin, item.lane)));
    add(found, item, failedFlag);
  }
  if (bins.size > 0) yield finished();
}

export function encodeOverviewTile({ bins }: OverviewTile): Uint8Array {
  const writer = new TileWriter(binColumns, bins.length);
  for (const bin of bins) writer.add({ ...bin });
  return writer.bytes;
}

function emptyBin(bin: number, lane: number): Bin {
  return {
    ...{ bin, lane, count: 0, failed: 0, open: 0 },
    ...{ shortest: noEnd, longest: noEnd, mark: 0, flags: 0 },
  };
}

function add(bin: Bin, { start, end, flags, mark }: TimelineItem, failedFlag: number): void {
  bin.count += 1;
  if ((flags & failedFlag) !== 0) bin.failed += 1;
  if (end === null) bin.open += 1;
  else {
    const took = Math.min(Math.max(0, end - start), noEnd - 1);
    bin.shortest = Math.min(bin.shortest, took);
    bin.longest = bin.longest === noEnd ? took : Math.max(bin.longest, took);
  }
  bin.flags |= flags;
  bin.mark = Math.max(bin.mark, mark);
}
