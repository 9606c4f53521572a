import type { Signal, TimelineLine } from '@fenceline/report/timeline';
import type { BinTile } from '../read/bin-tile.js';
import type { ItemTile } from '../read/item-tile.js';
import { bandAt, type Band, type Bands } from './bands.js';
import type { Scale } from './scale.js';

/** What is at a point of the picture. */
export type Hit =
  | { kind: 'item'; tile: ItemTile; row: number }
  | { kind: 'bin'; tile: BinTile; row: number }
  | { kind: 'signal'; signal: Signal }
  | { kind: 'moment'; t: number; label: string }
  | { kind: 'line'; line: TimelineLine; count: number };

/** What is drawn, as far as it is there. */
export interface Drawn {
  items: readonly ItemTile[];
  /** Empty while single items are drawn. */
  bins: readonly BinTile[];
  signals: readonly Signal[];
  lines: readonly TimelineLine[];
  vms: readonly string[];
}

/** How far from something still means it, px. */
const reach = 5;

export function hitTest(
  x: number,
  y: number,
  scale: Scale,
  bands: Bands,
  drawn: Drawn,
): Hit | null {
  const band = bandAt(bands, y);
  if (band === null) return null;
  if (band.vm !== null) return lineAt(x, band.vm, scale, drawn);
  if (band.kind === 'medium')
    return drawn.bins.length > 0 ? null : appliedAt(x, scale, drawn.items);
  if (band.lane === null) return null;
  if (band.signals !== null && y < band.items - 2) {
    return signalAt(x, band.lane, scale, drawn.signals);
  }
  if (drawn.bins.length > 0) return binAt(x, band.lane, scale, drawn.bins);
  return itemAt(x, y, band, scale, drawn.items);
}

/** The step of the scenario at a place of the axis. */
export function momentAt(
  x: number,
  scale: Scale,
  moments: readonly { t: number; label: string }[],
): Hit | null {
  const near = moments.find(({ t }) => Math.abs(scale.x(t) - x) <= reach + 1);
  return near === undefined ? null : { kind: 'moment', ...near };
}

/** The item whose bar is at a point; of several the one that is marked, then the shortest. */
function itemAt(
  x: number,
  y: number,
  band: Band,
  scale: Scale,
  tiles: readonly ItemTile[],
): Hit | null {
  const from = scale.us(x - reach);
  const to = scale.us(x + reach);
  const wanted = (y - band.items) / band.rowHeight - 0.5;
  let best: Hit | null = null;
  let least = Infinity;
  for (const tile of tiles) {
    const { start, end, lane, row, mark } = tile;
    for (let i = tile.firstFrom(from - tile.longest); i < tile.rows; i++) {
      if (start[i]! > to) break;
      if (lane[i] !== band.lane || end[i]! < from) continue;
      const away = Math.abs(row[i]! - wanted);
      if (away > 1) continue;
      const cost = away * 4 - (mark[i]! > 0 ? 2 : 0) + (end[i]! - start[i]!) / 1e9;
      if (cost < least) {
        least = cost;
        best = { kind: 'item', tile, row: i };
      }
    }
  }
  return best;
}

/** The apply that reached the medium next to a moment. */
function appliedAt(x: number, scale: Scale, tiles: readonly ItemTile[]): Hit | null {
  const at = scale.us(x);
  let best: Hit | null = null;
  let least = scale.us(x + reach) - at;
  for (const tile of tiles) {
    for (let i = tile.firstFrom(at - tile.longest - least); i < tile.rows; i++) {
      if (tile.start[i]! > at + least) break;
      const away = Math.abs(tile.end[i]! - at) * (tile.mark[i]! > 0 ? 0.5 : 1);
      if (away > least || !tile.isApply(i) || tile.isOpen(i)) continue;
      least = away;
      best = { kind: 'item', tile, row: i };
    }
  }
  return best;
}

function binAt(x: number, lane: number, scale: Scale, tiles: readonly BinTile[]): Hit | null {
  const at = scale.us(x);
  for (const tile of tiles) {
    if (at < tile.from || at >= tile.to) continue;
    for (let i = tile.firstFrom(at - tile.binUs + 0.001); i < tile.rows; i++) {
      if (tile.start(i) > at) break;
      if (tile.columns.lane[i] === lane) return { kind: 'bin', tile, row: i };
    }
  }
  return null;
}

function signalAt(x: number, lane: number, scale: Scale, signals: readonly Signal[]): Hit | null {
  let best: Hit | null = null;
  let least = reach + 3;
  for (const signal of signals) {
    const away = Math.abs(scale.x(signal.t) - x);
    if (signal.lane !== lane || away >= least) continue;
    least = away;
    best = { kind: 'signal', signal };
  }
  return best;
}

function lineAt(x: number, vm: number, scale: Scale, { lines, vms }: Drawn): Hit | null {
  const name = vms[vm];
  const near = lines.filter((line) => line.vm === name && Math.abs(scale.x(line.t) - x) <= 3);
  const line = near[0];
  return line === undefined ? null : { kind: 'line', line, count: near.length };
}
