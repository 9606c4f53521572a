import type { TimelineLine } from './console-tiles.js';
import {
  binColumns,
  consoleColumns,
  itemColumns,
  noEnd,
  noStatus,
  preambleBytes,
  tileBytes,
  timelineMagic,
  type Columns,
  type TileEntry,
  type TimelineHeader,
} from './format.js';
import type { TimelineItem } from './items.js';
import type { Bin } from './overview-tiles.js';
import { fromUtf8 } from './utf8.js';

/**
 * How many bytes of JSON stand behind the preamble.
 *
 * @param preamble the first `preambleBytes` bytes of the file, or more
 * @throws Error where it is no timeline
 */
export function headerLength(preamble: Uint8Array): number {
  const magic = fromUtf8(preamble.subarray(0, timelineMagic.length));
  if (preamble.length < preambleBytes || magic !== timelineMagic) {
    throw new Error('this is no timeline of a version that is known here');
  }
  return viewOf(preamble).getUint32(timelineMagic.length, true);
}

/** The header, from exactly its bytes. @throws Error where it is damaged */
export function decodeHeader(bytes: Uint8Array): TimelineHeader {
  const header = JSON.parse(fromUtf8(bytes)) as TimelineHeader;
  if ((header.format as string) !== 'fenceline.timeline/v2') {
    throw new Error('the header of the timeline is not one that is known here');
  }
  return header;
}

/** The columns of a tile, each as a typed array, from exactly its bytes. @throws Error where there are others */
export function decodeColumns<Table extends Columns>(
  table: Table,
  bytes: Uint8Array,
  rows: number,
): Record<keyof Table, Uint8Array | Uint16Array | Uint32Array> {
  if (bytes.length !== tileBytes(table, rows)) throw new Error('the tile is cut or too long');
  // The columns lie aligned from the tile's start on, wherever it is in what was read.
  const buffer = bytes.slice().buffer;
  let at = 0;
  const columns = Object.entries(table).map(([name, width]) => {
    const Type = width === 4 ? Uint32Array : width === 2 ? Uint16Array : Uint8Array;
    const column = new Type(buffer, at, rows);
    at += width * rows;
    return [name, column];
  });
  return Object.fromEntries(columns) as Record<keyof Table, Uint8Array | Uint16Array | Uint32Array>;
}

/** The items of a tile. @param spanUs of the level; 0 for the tile of long items */
export function decodeItems(
  bytes: Uint8Array,
  [tile, , , rows]: TileEntry,
  spanUs: number,
): TimelineItem[] {
  const columns = decodeColumns(itemColumns, bytes, rows);
  return Array.from({ length: rows }, (_, row) => {
    const value = (name: keyof typeof itemColumns): number => columns[name][row]!;
    const start = tile * spanUs + value('startHigh') * 2 ** 32 + value('start');
    const status = value('status');
    return {
      start: (start * 1000 + value('startNs')) / 1000,
      end: ((start + value('duration')) * 1000 + value('endNs')) / 1000,
      complete: value('complete') === noEnd ? null : start + value('complete'),
      lane: value('lane'),
      kind: value('kind'),
      opcode: value('opcode'),
      flags: value('flags'),
      mark: value('mark'),
      status: status === noStatus ? null : status,
      lba: value('lbaHigh') * 2 ** 32 + value('lbaLow'),
      blocks: value('blocks'),
      id: value('id'),
      cid: value('cid'),
      frame: value('frame'),
    };
  });
}

/** The console lines of a tile. @param vms of the header's consoles */
export function decodeLines(
  bytes: Uint8Array,
  rows: number,
  vms: readonly string[],
): TimelineLine[] {
  const table = tileBytes(consoleColumns, rows);
  const columns = decodeColumns(consoleColumns, bytes.subarray(0, table), rows);
  let at = table;
  return Array.from({ length: rows }, (_, row) => {
    const length = columns.bytes[row]!;
    const text = fromUtf8(bytes.subarray(at, (at += length)));
    return {
      t: columns.tHigh[row]! * 2 ** 32 + columns.t[row]!,
      vm: vms[columns.vm[row]!] ?? '',
      text,
    };
  });
}

/** The bins of an overview tile. */
export function decodeBins(bytes: Uint8Array, [, , , rows]: TileEntry): Bin[] {
  const columns = decodeColumns(binColumns, bytes, rows);
  return Array.from({ length: rows }, (_, row) => {
    const value = (name: keyof typeof binColumns): number => columns[name][row]!;
    const [bin, lane, count] = [value('bin'), value('lane'), value('count')];
    const [failed, open] = [value('failed'), value('open')];
    const [shortest, longest] = [value('shortest'), value('longest')];
    return {
      bin,
      lane,
      count,
      failed,
      open,
      shortest,
      longest,
      mark: value('mark'),
      flags: value('flags'),
    };
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
