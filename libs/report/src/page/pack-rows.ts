import type { Bar } from './decode-items.js';

/** A lane's bars by row; within a row they follow each other and, but in the last, never overlap. */
export interface PackedLane {
  rows: Bar[][];
}

/**
 * Gives each bar the first row of its lane that is free when it starts, so that what was in flight at the
 * same time stands one below the other. `bars` are in the order of their starts. Runs in the browser.
 *
 * @param most rows of a lane; what finds none free shares the last one.
 */
export function packRows(bars: readonly Bar[], lanes: number, most: number): PackedLane[] {
  const packed: PackedLane[] = [];
  const freeAt: number[][] = [];
  for (let i = 0; i < lanes; i++) {
    packed.push({ rows: [] });
    freeAt.push([]);
  }
  for (const bar of bars) {
    const rows = packed[bar.lane]!.rows;
    const free = freeAt[bar.lane]!;
    let row = 0;
    while (row < free.length && row < most - 1 && free[row]! > bar.start) row += 1;
    if (row === rows.length) {
      rows.push([]);
      free.push(0);
    }
    bar.row = row;
    rows[row]!.push(bar);
    free[row] = Math.max(free[row]!, bar.end);
  }
  return packed;
}
