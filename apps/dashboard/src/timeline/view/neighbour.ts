import type { TimelineItem } from '@fenceline/report/timeline';
import type { ItemTile } from '../read/item-tile.js';

/** Where to go from an item: earlier or later on its lane, or to a lane above or below. */
export type Direction = 'before' | 'after' | 'above' | 'below';

/** The next item in a direction among those that are there, or null. */
export function neighbour(
  tiles: readonly ItemTile[],
  from: { lane: number; start: number; id: number },
  direction: Direction,
): TimelineItem | null {
  const along = direction === 'before' || direction === 'after';
  let best: { tile: ItemTile; row: number } | null = null;
  let least = Infinity;
  for (const tile of tiles) {
    for (let row = 0; row < tile.rows; row++) {
      const lane = tile.lane[row]! - from.lane;
      const after = tile.start[row]! - from.start;
      const fits = along
        ? lane === 0 && (direction === 'after' ? after > 0 : after < 0)
        : direction === 'below'
          ? lane > 0
          : lane < 0;
      if (!fits) continue;
      // Of another lane the nearest lane counts first, then the nearest moment.
      const away = Math.abs(lane) * 1e15 + Math.abs(after);
      if (away < least) [best, least] = [{ tile, row }, away];
    }
  }
  return best === null ? null : best.tile.item(best.row);
}
