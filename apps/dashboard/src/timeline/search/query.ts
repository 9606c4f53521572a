import type { ItemTile } from '../read/item-tile.js';

/** What is looked for: a block, or a command identifier. */
export interface Query {
  what: 'lba' | 'cid';
  value: number;
}

/**
 * `1234`, `lba 1234`, `LBA=4d2h`, `cid 0x1f`: a number alone is a block; hexadecimal has `0x` before it or `h` behind.
 *
 * @returns null where it is neither
 */
export function parseQuery(text: string): Query | null {
  const match = /^\s*(lba|cid)?\s*[:=]?\s*(0x[0-9a-f]+|[0-9a-f]+h|\d+)\s*$/i.exec(text);
  const number = match?.[2]?.toLowerCase();
  if (number === undefined) return null;
  const value = number.endsWith('h') ? parseInt(number, 16) : Number(number);
  const what = match?.[1]?.toLowerCase() === 'cid' ? 'cid' : 'lba';
  const most = what === 'cid' ? 0xffff : Number.MAX_SAFE_INTEGER;
  return value <= most ? { what, value } : null;
}

/** Whether an item of a tile is one that is looked for. Applies have no CID. */
export function matches(query: Query, tile: ItemTile, row: number): boolean {
  return query.what === 'lba'
    ? tile.covers(row, query.value)
    : tile.cid[row] === query.value && !tile.isApply(row);
}
