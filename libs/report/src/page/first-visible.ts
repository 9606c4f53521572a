import type { Bar } from './decode-items.js';

/**
 * Position of the first bar of a row that ends at or after `t`, or the row's length. The bars of a row
 * follow each other; a few may overlap in a lane's last row, so the search starts one earlier. Runs in the
 * browser.
 */
export function firstVisible(row: readonly Bar[], t: number): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row[middle]!.end < t) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
