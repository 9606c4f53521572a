import { mostRows } from './format.js';
import type { TimelineItems } from './items.js';

/** In which row of its lane each item stands, by its number, and how many rows each lane takes. */
export interface PackedRows {
  rowOf: Uint8Array;
  lanes: number[];
}

/**
 * Gives each item the first row of its lane that is free when it starts. This is done once for the whole recording, so
 * that a reader who knows a part of it draws each item where it is drawn with all the others.
 */
export function packRows(items: TimelineItems, order: Uint32Array, lanes: number): PackedRows {
  const rowOf = new Uint8Array(items.count);
  const freeAt = Array.from({ length: lanes }, (): number[] => []);
  for (const index of order) {
    const { lane, start, end } = items.at(index)!;
    const free = freeAt[lane]!;
    let row = 0;
    while (row < free.length && row < mostRows - 1 && free[row]! > start) row += 1;
    rowOf[index] = row;
    free[row] = Math.max(free[row] ?? 0, end);
  }
  return { rowOf, lanes: freeAt.map(({ length }) => length) };
}
