import { alignment, consoleColumns, linesPerTile, tileBytes } from './format.js';
import { TileWriter } from './tile-writer.js';
import { utf8 } from './utf8.js';

/** A line of a console; `t` in whole µs since the lab started. */
export interface TimelineLine {
  t: number;
  vm: string;
  text: string;
}

/** Lines in the order of time that are read together. */
export interface ConsoleTile {
  first: number;
  last: number;
  rows: { t: number; vm: number; text: Uint8Array }[];
  bytes: number;
}

export interface ConsoleTiles {
  vms: string[];
  tiles: ConsoleTile[];
}

/** The consoles of all VMs as tiles. */
export function consoleTiles(lines: readonly TimelineLine[]): ConsoleTiles {
  const vms = [...new Set(lines.map(({ vm }) => vm))].sort();
  const numberOf = new Map(vms.map((vm, i) => [vm, i]));
  const sorted = [...lines].sort((a, b) => a.t - b.t);
  const tiles: ConsoleTile[] = [];
  for (let from = 0; from < sorted.length; from += linesPerTile) {
    const rows = sorted
      .slice(from, from + linesPerTile)
      .map(({ t, vm, text }) => ({ t, vm: numberOf.get(vm)!, text: utf8(text) }));
    const texts = rows.reduce((sum, { text }) => sum + text.length, 0);
    tiles.push({
      first: rows[0]!.t,
      last: rows.at(-1)!.t,
      rows,
      bytes: Math.ceil((tileBytes(consoleColumns, rows.length) + texts) / alignment) * alignment,
    });
  }
  return { vms, tiles };
}

export function encodeConsoleTile({ rows, bytes }: ConsoleTile): Uint8Array {
  const tile = new Uint8Array(bytes);
  const writer = new TileWriter(consoleColumns, rows.length);
  let at = tileBytes(consoleColumns, rows.length);
  for (const { t, vm, text } of rows) {
    writer.add({ t: t % 2 ** 32, tHigh: Math.floor(t / 2 ** 32), bytes: text.length, vm });
    tile.set(text, at);
    at += text.length;
  }
  tile.set(writer.bytes);
  return tile;
}
