import type { TileEntry, TimelineHeader } from '@fenceline/report/timeline';
import type { Window } from '../view/window.js';

/** What a window is drawn from: single items, or the bins of a level (position in the header's levels). */
export type Detail = { kind: 'items' } | { kind: 'bins'; level: number };

/** So many single items are drawn and listed. */
export const mostItems = 24_000;

/** Single items where they are not too many for a picture, else the finest bins of which each has a pixel and a half. */
export function detailOf(header: TimelineHeader, window: Window, width: number): Detail {
  if (header.levels.length === 0 || itemsIn(header, window) <= mostItems) return { kind: 'items' };
  const usPerPixel = (window.to - window.from) / Math.max(1, width);
  const level = header.levels.findIndex(({ binUs }) => binUs >= usPerPixel * 1.5);
  return { kind: 'bins', level: level < 0 ? header.levels.length - 1 : level };
}

/** About how many items begin in a window, or last into it from afar. */
export function itemsIn(header: TimelineHeader, { from, to }: Window): number {
  const { spanUs, tiles } = header.items;
  let sum = 0;
  for (let i = firstTile(tiles, Math.floor(from / spanUs)); i < tiles.length; i++) {
    const [tile, , , rows] = tiles[i]!;
    const start = tile * spanUs;
    if (start > to) break;
    sum += (rows * (Math.min(to, start + spanUs) - Math.max(from, start))) / spanUs;
  }
  return sum + Math.min(header.long?.[3] ?? 0, mostItems / 2);
}

/** The tiles that have something of a window, in their order. */
export function tilesIn(
  tiles: readonly TileEntry[],
  spanUs: number,
  { from, to }: Window,
): TileEntry[] {
  const found: TileEntry[] = [];
  for (let i = firstTile(tiles, Math.floor(from / spanUs)); i < tiles.length; i++) {
    if (tiles[i]![0] * spanUs > to) break;
    found.push(tiles[i]!);
  }
  return found;
}

/** The finest level that has the whole recording in a few tiles: it is always there. */
export function baseLevel(header: TimelineHeader): number {
  const level = header.levels.findIndex(({ tiles }) => tiles.length <= 6);
  return level < 0 ? header.levels.length - 1 : level;
}

function firstTile(tiles: readonly TileEntry[], number: number): number {
  let low = 0;
  let high = tiles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tiles[middle]![0] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
