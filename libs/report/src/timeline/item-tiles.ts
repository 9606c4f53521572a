import { itemColumns, itemSpansUs, mostTiles, noEnd, noStatus } from './format.js';
import type { TimelineItem, TimelineItems } from './items.js';
import { TileWriter } from './tile-writer.js';

/** Items that lie in one tile: a part of the order, of which the long ones are elsewhere. */
export interface ItemTile {
  tile: number;
  from: number;
  to: number;
  rows: number;
}

/** The span of the tiles, µs, for a recording that long. */
export function itemSpanUs(endUs: number): number {
  return itemSpansUs.find((span) => endUs / span <= mostTiles) ?? itemSpansUs.at(-1)!;
}

/** Whether an item is looked for from other tiles too: it lasts longer than one. */
export function isLong({ start, end }: TimelineItem, spanUs: number): boolean {
  return end - start > spanUs;
}

/** Counts what lies in each tile; nothing is encoded yet. */
export function countItemTiles(
  items: TimelineItems,
  order: Uint32Array,
  spanUs: number,
): { tiles: ItemTile[]; long: number } {
  const tiles: ItemTile[] = [];
  let long = 0;
  order.forEach((index, at) => {
    const item = items.at(index)!;
    const tile = Math.floor(item.start / spanUs);
    let last = tiles.at(-1);
    if (last?.tile !== tile) tiles.push((last = { tile, from: at, to: at, rows: 0 }));
    last.to = at + 1;
    if (isLong(item, spanUs)) long += 1;
    else last.rows += 1;
  });
  return { tiles: tiles.filter(({ rows }) => rows > 0), long };
}

export function encodeItemTile(
  items: TimelineItems,
  order: Uint32Array,
  rowOf: Uint8Array,
  { tile, from, to, rows }: ItemTile,
  spanUs: number,
): Uint8Array {
  const writer = new TileWriter(itemColumns, rows);
  for (const index of order.subarray(from, to)) {
    const item = items.at(index)!;
    if (!isLong(item, spanUs)) addItem(writer, item, rowOf[index]!, tile * spanUs);
  }
  return writer.bytes;
}

export function encodeLongTile(
  items: TimelineItems,
  order: Uint32Array,
  rowOf: Uint8Array,
  rows: number,
  spanUs: number,
): Uint8Array {
  const writer = new TileWriter(itemColumns, rows);
  for (const index of order) {
    const item = items.at(index)!;
    if (isLong(item, spanUs)) addItem(writer, item, rowOf[index]!, 0);
  }
  return writer.bytes;
}

function addItem(
  writer: TileWriter<typeof itemColumns>,
  item: TimelineItem,
  row: number,
  from: number,
): void {
  const { lba, status, complete, blocks, id, lane, kind, opcode, flags, mark, cid, frame } = item;
  const [start, startNs] = usAndNs(item.start);
  const [end, endNs] = usAndNs(item.end);
  const since = start - from;
  writer.add({
    start: since % 2 ** 32,
    startHigh: Math.floor(since / 2 ** 32),
    duration: atMost(end - start),
    complete: complete === null ? noEnd : atMost(Math.floor(complete) - start),
    lbaLow: lba % 2 ** 32,
    lbaHigh: Math.floor(lba / 2 ** 32),
    status: status ?? noStatus,
    ...{ blocks, id, lane, kind, opcode, flags, mark, cid, frame, row, startNs, endNs },
  });
}

const atMost = (us: number): number => Math.min(Math.max(0, us), noEnd);

function usAndNs(time: number): [us: number, ns: number] {
  const ns = Math.round(time * 1000);
  return [Math.floor(ns / 1000), ns % 1000];
}
