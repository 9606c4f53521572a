import type { TileEntry, TimelineHeader, TimelineItem } from '@fenceline/report/timeline';
import type { ByteSource } from '../read/byte-source.js';
import { decodeItemTile } from '../read/item-tile.js';
import type { Window } from '../view/window.js';
import { matches, type Query } from './query.js';

/** How far a search is, and what it has found: nearest first. */
export interface SearchState {
  found: readonly TimelineItem[];
  /** Share of the recording that was looked through. */
  done: number;
  /** It ended, or has as many as it gives. */
  ended: boolean;
}

export const mostFound = 200;
const batchBytes = 2 * 1024 * 1024;

/**
 * Looks through the recording from the middle of a window outwards, and tells what it has after each piece. It stops at
 * `mostFound`: a CID comes back again and again, and the nearest are the ones that are meant.
 *
 * @throws Error where a piece cannot be read, or `signal` was aborted
 */
export async function* searchItems(
  query: Query,
  header: TimelineHeader,
  source: ByteSource,
  window: Window,
  signal: AbortSignal,
): AsyncGenerator<SearchState> {
  const middle = (window.from + window.to) / 2;
  const batches = batchesFrom(header, middle);
  const away = ({ start, end }: TimelineItem): number =>
    start > middle ? start - middle : end < middle ? middle - end : 0;
  const all = batches.reduce((sum, { bytes }) => sum + bytes, 0);
  let found: TimelineItem[] = [];
  let read = 0;
  for (const { offset, bytes, entries, spanUs } of batches) {
    const piece = await source.read(offset, bytes, signal);
    for (const entry of entries) {
      const at = entry[1] - offset;
      const tile = decodeItemTile(piece.subarray(at, at + entry[2]), entry, spanUs, header.end);
      for (let row = 0; row < tile.rows; row++) {
        if (matches(query, tile, row)) found.push(tile.item(row));
      }
    }
    read += bytes;
    found = found.sort((a, b) => away(a) - away(b)).slice(0, mostFound);
    const ended = found.length === mostFound || read === all;
    yield { found, done: read / all, ended };
    if (ended) return;
  }
  yield { found, done: 1, ended: true };
}

interface SearchBatch {
  offset: number;
  bytes: number;
  entries: TileEntry[];
  spanUs: number;
}

/** Pieces of the file to look through: the long items first, then tiles by how near they are. */
function batchesFrom({ items, long }: TimelineHeader, middle: number): SearchBatch[] {
  const batches: SearchBatch[] = [];
  let last: SearchBatch | undefined;
  for (const entry of items.tiles) {
    if (last === undefined || last.bytes + entry[2] > batchBytes) {
      last = { offset: entry[1], bytes: 0, entries: [], spanUs: items.spanUs };
      batches.push(last);
    }
    last.entries.push(entry);
    last.bytes += entry[2];
  }
  const away = ({ entries, spanUs }: SearchBatch): number => {
    const from = entries[0]![0] * spanUs;
    const to = (entries.at(-1)![0] + 1) * spanUs;
    return Math.max(0, from - middle, middle - to);
  };
  batches.sort((a, b) => away(a) - away(b));
  if (long === null) return batches;
  return [{ offset: long[1], bytes: long[2], entries: [long], spanUs: 0 }, ...batches];
}
