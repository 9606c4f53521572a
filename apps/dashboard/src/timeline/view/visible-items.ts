import type { ItemTile } from '../read/item-tile.js';
import type { Window } from './window.js';

/** Items of several tiles in one order, without an object for each: the tile's number and the row. */
export interface VisibleItems {
  tiles: readonly ItemTile[];
  tileOf: Uint16Array;
  rowOf: Uint32Array;
  count: number;
}

/** Everything that is under way in a window, in the order of the starts. */
export function visibleItems(tiles: readonly ItemTile[], { from, to }: Window): VisibleItems {
  const runs = tiles.map((tile) => rowsIn(tile, from, to));
  const count = runs.reduce((sum, { length }) => sum + length, 0);
  const tileOf = new Uint16Array(count);
  const rowOf = new Uint32Array(count);
  const at = new Uint32Array(tiles.length);
  // Tiles follow each other in time, but for the one of long items: there are never many to choose from.
  for (let i = 0; i < count; i++) {
    let next = -1;
    let earliest = Infinity;
    for (let t = 0; t < tiles.length; t++) {
      const row = runs[t]![at[t]!];
      if (row === undefined) continue;
      const start = tiles[t]!.start[row]!;
      if (start < earliest) [next, earliest] = [t, start];
    }
    tileOf[i] = next;
    rowOf[i] = runs[next]![at[next]!]!;
    at[next]! += 1;
  }
  return { tiles, tileOf, rowOf, count };
}

function rowsIn(tile: ItemTile, from: number, to: number): Uint32Array {
  const first = tile.firstFrom(from - tile.longest);
  const last = tile.firstFrom(to);
  const rows = new Uint32Array(Math.max(0, last - first));
  let count = 0;
  for (let row = first; row < last; row++) {
    if (tile.end[row]! >= from) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** Where an item stands in the list, or −1. */
export function positionOf(list: VisibleItems, apply: boolean, id: number): number {
  for (let t = 0; t < list.tiles.length; t++) {
    const row = list.tiles[t]!.find(apply, id);
    if (row < 0) continue;
    for (let i = 0; i < list.count; i++) {
      if (list.tileOf[i] === t && list.rowOf[i] === row) return i;
    }
  }
  return -1;
}
