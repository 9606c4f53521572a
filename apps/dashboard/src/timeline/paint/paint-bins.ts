import { itemFlags, itemMarks } from '@fenceline/report/timeline';
import type { BinTile } from '../read/bin-tile.js';
import { RectBatch } from './rect-batch.js';
import type { Scene } from './scene.js';

const [queued, applied, failed, open, held, beats] = Array.from(
  { length: 6 },
  () => new RectBatch(),
);
const stale = itemMarks.indexOf('stale');
const destroyed = itemMarks.indexOf('destroyed');

interface Bar {
  x: number;
  width: number;
  top: number;
  height: number;
}

/**
 * How much began, instead of single bars: a column for each bin, its height by the root of the number, as one slow path
 * beside a hundred busy ones must be seen too. What failed stands on top of it, what has no end below.
 */
export function paintBins(scene: Scene, tiles: readonly BinTile[], from: number, to: number): void {
  const { brush, theme, bands, scale } = scene;
  const marks: (Bar & { mark: number })[] = [];
  const most = Math.sqrt(greatest(tiles, from, to));
  for (const tile of tiles) {
    const { count, lane, flags, mark, failed: failures, open: opens } = tile.columns;
    const width = Math.max(1, scale.x(tile.from + tile.binUs) - scale.x(tile.from));
    const gap = width > 4 ? 1 : 0;
    for (let i = tile.firstFrom(from - tile.binUs); i < tile.rows; i++) {
      const start = tile.start(i);
      if (start > to) break;
      const band = bands.ofLane[lane[i]!];
      if (band === undefined) continue;
      const x = scale.x(start);
      const top = band.signals === null ? band.top + 2 : band.items - 2;
      const room = band.top + band.height - 3 - top;
      const height = Math.max(1.5, (room * Math.sqrt(count[i]!)) / most);
      const bar: Bar = { x, width: width - gap, top: top + room - height, height };
      const share = (part: number): number => Math.max(1.5, (height * part) / count[i]!);
      add(band.kind === 'applies' ? applied! : queued!, bar);
      if (failures[i]! > 0) add(failed!, { ...bar, height: share(failures[i]!) });
      if (opens[i]! > 0) {
        const tall = share(opens[i]!);
        add(open!, { ...bar, top: bar.top + height - tall, height: tall });
      }
      if ((flags[i]! & itemFlags.held) !== 0) add(held!, { ...bar, top: top + room, height: 2 });
      if ((flags[i]! & itemFlags.keepAlive) !== 0)
        add(beats!, { ...bar, top: bar.top - 3, height: 2 });
      if (mark[i]! >= stale || mark[i] === destroyed) {
        marks.push({ ...bar, top, height: room, mark: mark[i]! });
      }
    }
  }
  // Faults and fences behind it must still be seen.
  queued!.fill(brush, theme.write, 0.62);
  applied!.fill(brush, theme.apply, 0.62);
  failed!.fill(brush, theme.failed);
  open!.fill(brush, theme.open);
  held!.fill(brush, theme.held);
  beats!.fill(brush, theme.signal);
  for (const { x, width, top, height, mark } of marks) {
    brush.fillStyle = mark === destroyed ? theme.destroyed : theme.stale;
    brush.fillRect(x, top, Math.min(4, Math.max(2, width)), height);
  }
}

function add(batch: RectBatch, { x, width, top, height }: Bar): void {
  batch.add(x, top, width, height);
}

function greatest(tiles: readonly BinTile[], from: number, to: number): number {
  let most = 1;
  for (const tile of tiles) {
    const { count } = tile.columns;
    for (let i = tile.firstFrom(from); i < tile.rows && tile.start(i) <= to; i++) {
      if (count[i]! > most) most = count[i]!;
    }
  }
  return most;
}
