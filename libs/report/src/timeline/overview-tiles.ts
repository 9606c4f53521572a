import { binColumns, binsPerTile, itemFlags, noEnd } from './format.js';
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

/** The bins of one tile of a level (position in the list of levels), in the order of time and lane. */
export interface OverviewTile {
  level: number;
  tile: number;
  bins: Bin[];
}

/**
 * Gathers items into the bins of all levels, each level from the one below it. Tiles come as they are complete; one of
 * each level is in memory.
 *
 * @param binsUs of the levels, finest first, each a multiple of the one before
 */
export function* overviewTiles(
  items: TimelineItems,
  order: Uint32Array,
  lanes: number,
  binsUs: readonly number[],
): Generator<OverviewTile> {
  const levels = binsUs.map((binUs) => new Level(binUs, lanes));
  function* end(level: number): Generator<OverviewTile> {
    const { tile, bins } = levels[level]!.take();
    const above = levels[level + 1];
    if (above !== undefined) {
      for (const bin of bins) {
        const at = (tile * binsPerTile + bin.bin) * binsUs[level]!;
        if (above.ends(at)) yield* end(level + 1);
        above.add(at, bin);
      }
    }
    yield { level, tile, bins };
  }
  const [finest] = levels;
  if (finest === undefined) return;
  const one = emptyBin(0, 0);
  for (const index of order) {
    const item = items.at(index)!;
    if (finest.ends(item.start)) yield* end(0);
    finest.add(item.start, asBin(one, item));
  }
  for (const [level, { empty }] of levels.entries()) if (!empty) yield* end(level);
}

/** The tile of a level that is being filled. */
class Level {
  private tile = -1;
  /** By bin, and lane within it: a map of so many takes several times as long. */
  private bins: (Bin | undefined)[] = [];

  constructor(
    private readonly binUs: number,
    private readonly lanes: number,
  ) {}

  get empty(): boolean {
    return this.bins.length === 0;
  }

  /** Whether a moment lies beyond the tile, so that the tile is complete. */
  ends(us: number): boolean {
    return !this.empty && Math.floor(us / this.binUs / binsPerTile) !== this.tile;
  }

  add(us: number, what: Bin): void {
    const at = Math.floor(us / this.binUs);
    this.tile = Math.floor(at / binsPerTile);
    const bin = at % binsPerTile;
    const key = bin * this.lanes + what.lane;
    merge((this.bins[key] ??= emptyBin(bin, what.lane)), what);
  }

  take(): { tile: number; bins: Bin[] } {
    const bins = this.bins.filter((bin) => bin !== undefined);
    this.bins = [];
    return { tile: this.tile, bins };
  }
}

export function encodeOverviewTile({ bins }: OverviewTile): Uint8Array {
  const writer = new TileWriter(binColumns, bins.length);
  for (const bin of bins) writer.add(bin);
  return writer.bytes;
}

/** Written out: there are millions of them, and objects that are put together of others take four times as long. */
function emptyBin(bin: number, lane: number): Bin {
  return {
    bin,
    lane,
    count: 0,
    failed: 0,
    open: 0,
    shortest: noEnd,
    longest: noEnd,
    mark: 0,
    flags: 0,
  };
}

/** One item as a bin of its own, in the object that is given. */
function asBin(bin: Bin, { start, end, lane, flags, mark }: TimelineItem): Bin {
  const ended = (flags & (itemFlags.open | itemFlags.waits)) === 0;
  bin.lane = lane;
  bin.count = 1;
  bin.failed = (flags & itemFlags.failed) === 0 ? 0 : 1;
  bin.open = (flags & itemFlags.open) === 0 ? 0 : 1;
  const took = ended ? Math.min(Math.max(0, Math.floor(end - start)), noEnd - 1) : noEnd;
  bin.shortest = bin.longest = took;
  bin.mark = mark;
  bin.flags = flags;
  return bin;
}

function merge(into: Bin, { count, failed, open, shortest, longest, mark, flags }: Bin): void {
  into.count += count;
  into.failed += failed;
  into.open += open;
  into.shortest = Math.min(into.shortest, shortest);
  if (longest !== noEnd) {
    into.longest = into.longest === noEnd ? longest : Math.max(into.longest, longest);
  }
  into.mark = Math.max(into.mark, mark);
  into.flags |= flags;
}
