import { itemKinds, type Lane } from '../picture/picture.js';
import {
  consoleTiles,
  encodeConsoleTile,
  type ConsoleTiles,
  type TimelineLine,
} from './console-tiles.js';
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
  type IndexedFinding,
  type ItemPlace,
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
import { packRows, type PackedRows } from './pack-rows.js';
import type { PlacedItem } from './places.js';
import { utf8 } from './utf8.js';

/** What stands in the header beside the places of tiles. */
export interface TimelineFacts extends Omit<
  TimelineHeader,
  'format' | 'items' | 'long' | 'levels' | 'consoles' | 'lanes' | 'findings'
> {
  lanes: Lane[];
  findings: PlainFinding[];
}

/** A finding whose items are named by their numbers. */
export type PlainFinding = Omit<IndexedFinding, 'places'> & { places: readonly PlacedItem[] };

/**
 * The bytes of a timeline, piece by piece. Tiles are counted first and made one at a time then, so that beside the items
 * themselves only four bytes for each of them and one tile are in memory.
 */
export function* encodeTimeline(
  items: TimelineItems,
  facts: TimelineFacts,
  lines: readonly TimelineLine[] = [],
): Generator<Uint8Array> {
  const order = orderByStart(items);
  const spanUs = itemSpanUs(facts.end);
  const counted = countItemTiles(items, order, spanUs);
  const lanes = Math.max(1, facts.lanes.length);
  const binsUs = overviewBinsUs.filter((binUs) => facts.end / (binUs * binsPerTile) <= mostTiles);
  const overview = () => overviewTiles(items, order, lanes, binsUs);
  const sizes = Array.from(overview(), ({ bins, ...place }) => ({ ...place, rows: bins.length }));

  const packed = packRows(items, order, lanes);
  const consoles = consoleTiles(lines);
  yield* encodeHeader(withPlaces(facts, items, packed), spanUs, counted, binsUs, sizes, consoles);
  const { rowOf } = packed;
  for (const tile of counted.tiles) yield encodeItemTile(items, order, rowOf, tile, spanUs);
  if (counted.long > 0) yield encodeLongTile(items, order, rowOf, counted.long, spanUs);
  for (const tile of overview()) yield encodeOverviewTile(tile);
  for (const tile of consoles.tiles) yield encodeConsoleTile(tile);
}

type PlacedFacts = Omit<TimelineHeader, 'format' | 'items' | 'long' | 'levels' | 'consoles'>;

/** Says of each lane how many rows it has, and of each finding where its items stand. */
function withPlaces(
  { lanes, findings, ...facts }: TimelineFacts,
  items: TimelineItems,
  packed: PackedRows,
): PlacedFacts {
  const placeOf = ({ role, index }: PlacedItem): ItemPlace[] => {
    const item = items.at(index);
    if (item === null) return [];
    const { id, lane, start, end, kind } = item;
    const apply = itemKinds[kind] === 'apply';
    return [{ role, apply, id, lane, row: packed.rowOf[index]!, start, end }];
  };
  return {
    ...facts,
    lanes: lanes.map((lane, i) => ({ ...lane, rows: Math.max(1, packed.lanes[i] ?? 0) })),
    findings: findings.map(({ places, ...finding }) => ({
      ...finding,
      places: places.flatMap(placeOf),
    })),
  };
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
  facts: PlacedFacts,
  spanUs: number,
  { tiles, long }: { tiles: ItemTile[]; long: number },
  binsUs: readonly number[],
  sizes: readonly (Sized & { level: number })[],
  consoles: ConsoleTiles,
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
      format: 'fenceline.timeline/v2',
      ...facts,
      items: { spanUs, tiles: tiles.map((tile) => place(itemColumns, tile)) },
      long: long > 0 ? place(itemColumns, { tile: 0, rows: long }) : null,
      levels: binsUs.map((binUs) => ({ binUs, tiles: [] })),
      consoles: { vms: consoles.vms, tiles: [] },
    };
    // In the order in which they come, and not level by level.
    for (const size of sizes) header.levels[size.level]!.tiles.push(place(binColumns, size));
    for (const { first, last, rows, bytes } of consoles.tiles) {
      header.consoles.tiles.push([first, last, offset, bytes, rows.length]);
      offset += bytes;
    }
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
