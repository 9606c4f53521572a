import {
  alignment,
  binColumns,
  binsPerTile,
  itemColumns,
  mostTiles,
  overviewBinsUs,
  preambleBytes,
  tileBytes,
  timelineMagic,
  type TileEntry,
  type TimelineHeader,
} from './format.js';
import {
  countItemTiles,
  encodeItemTile,
  encodeLongTile,
  itemSpanUs,
  type ItemTile,
} from './item-tiles.js';
import type { TimelineItems } from './items.js';
import { orderByStart } from './order.js';
import { encodeOverviewTile, overviewTiles } from './overview-tiles.js';
import { utf8 } from './utf8.js';

/** What stands in the header beside the places of tiles. */
export type TimelineFacts = Omit<TimelineHeader, 'format' | 'items' | 'long' | 'levels'>;

/**
 * The bytes of a timeline, piece by piece. Tiles are counted first and made one at a time then, so that beside the items
 * themselves only four bytes for each of them and one tile are in memory.
 */
export function* encodeTimeline(items: TimelineItems, facts: TimelineFacts): Generator<Uint8Array> {
  const order = orderByStart(items);
  const spanUs = itemSpanUs(facts.end);
  const counted = countItemTiles(items, order, spanUs);
  const lanes = Math.max(1, facts.lanes.length);
  const binsUs = overviewBinsUs.filter((binUs) => facts.end / (binUs * binsPerTile) <= mostTiles);
  const overview = () => overviewTiles(items, order, lanes, binsUs);
  const sizes = Array.from(overview(), ({ bins, ...place }) => ({ ...place, rows: bins.length }));

  yield* encodeHeader(facts, spanUs, counted, binsUs, sizes);
  for (const tile of counted.tiles) yield encodeItemTile(items, order, tile, spanUs);
  if (counted.long > 0) yield encodeLongTile(items, order, counted.long, spanUs);
  for (const tile of overview()) yield encodeOverviewTile(tile);
}

interface Sized {
  tile: number;
  rows: number;
}

/**
 * Preamble and header. The places of the tiles depend on the header's own length, which depends on the digits of the
 * places: it is padded with spaces up to a length that is enough for the largest.
 */
function* encodeHeader(
  facts: TimelineFacts,
  spanUs: number,
  { tiles, long }: { tiles: ItemTile[]; long: number },
  binsUs: readonly number[],
  sizes: readonly (Sized & { level: number })[],
): Generator<Uint8Array> {
  const headerAt = (first: number): Uint8Array => {
    let offset = first;
    const place = (columns: typeof itemColumns | typeof binColumns, { tile, rows }: Sized) => {
      const bytes = tileBytes(columns, rows);
      const entry: TileEntry = [tile, offset, bytes, rows];
      offset += bytes;
      return entry;
    };
    const header: TimelineHeader = {
      format: 'fenceline.timeline/v1',
      ...facts,
      items: { spanUs, tiles: tiles.map((tile) => place(itemColumns, tile)) },
      long: long > 0 ? place(itemColumns, { tile: 0, rows: long }) : null,
      levels: binsUs.map((binUs) => ({ binUs, tiles: [] })),
    };
    // In the order in which they come, and not level by level.
    for (const size of sizes) header.levels[size.level]!.tiles.push(place(binColumns, size));
    return utf8(JSON.stringify(header));
  };
  const most = headerAt(2 ** 50).length;
  const length = Math.ceil(most / alignment) * alignment;
  const header = new Uint8Array(preambleBytes + length).fill(0x20);
  header.fill(0, 0, preambleBytes);
  header.set(utf8(timelineMagic));
  new DataView(header.buffer).setUint32(timelineMagic.length, length, true);
  header.set(headerAt(preambleBytes + length), preambleBytes);
  yield header;
}
