import { noEnd } from '@fenceline/report/timeline';
import type { BinTile } from '../read/bin-tile.js';
import type { Window } from './window.js';

/** What began on a lane. */
export interface LaneTotal {
  count: number;
  failed: number;
  open: number;
  /** µs; null where nothing had an end. */
  longest: number | null;
}

/** Sums the bins that begin in a window, for each lane. */
export function laneTotals(
  tiles: readonly BinTile[],
  lanes: number,
  { from, to }: Window,
): LaneTotal[] {
  const totals = Array.from({ length: lanes }, (): LaneTotal => ({
    ...{ count: 0, failed: 0, open: 0, longest: null },
  }));
  for (const tile of tiles) {
    const { lane, count, failed, open, longest } = tile.columns;
    for (let row = tile.firstFrom(from - tile.binUs + 0.001); row < tile.rows; row++) {
      if (tile.start(row) > to) break;
      const total = totals[lane[row]!]!;
      total.count += count[row]!;
      total.failed += failed[row]!;
      total.open += open[row]!;
      if (longest[row] !== noEnd) total.longest = Math.max(total.longest ?? 0, longest[row]!);
    }
  }
  return totals;
}
