import {
  decodeColumns,
  itemColumns,
  itemFlags,
  itemKinds,
  noEnd,
  noStatus,
  type TileEntry,
  type TimelineItem,
} from '@fenceline/report/timeline';

type Columns = Record<keyof typeof itemColumns, Uint8Array | Uint16Array | Uint32Array>;

const applyKind = itemKinds.indexOf('apply');

/** Commands and applies of one tile, in the order of their starts, as columns: there is no object for each. */
export class ItemTile {
  readonly rows: number;
  /** µs since the lab started, with the ns behind the point. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** The longest of them, in µs: none that starts earlier than that before a window is in it. */
  readonly longest: number;

  /**
   * @param spanUs of a tile; 0 for the tile of long items
   * @param endUs of the recording, for those that last longer than can be written down
   */
  constructor(
    readonly entry: TileEntry,
    spanUs: number,
    private readonly columns: Columns,
    endUs: number,
  ) {
    const [tile, , , rows] = entry;
    const { start, startHigh, startNs, duration, endNs } = columns;
    this.rows = rows;
    this.start = new Float64Array(rows);
    this.end = new Float64Array(rows);
    let longest = 0;
    for (let i = 0; i < rows; i++) {
      const from = tile * spanUs + startHigh[i]! * 2 ** 32 + start[i]!;
      const begin = (from * 1000 + startNs[i]!) / 1000;
      const took = duration[i]!;
      const end = took === noEnd ? endUs : ((from + took) * 1000 + endNs[i]!) / 1000;
      this.start[i] = begin;
      this.end[i] = Math.max(begin, end);
      longest = Math.max(longest, end - begin);
    }
    this.longest = longest;
  }

  get lane(): ArrayLike<number> {
    return this.columns.lane;
  }
  get row(): ArrayLike<number> {
    return this.columns.row;
  }
  get kind(): ArrayLike<number> {
    return this.columns.kind;
  }
  get flags(): ArrayLike<number> {
    return this.columns.flags;
  }
  get mark(): ArrayLike<number> {
    return this.columns.mark;
  }
  get cid(): ArrayLike<number> {
    return this.columns.cid;
  }

  lba(row: number): number {
    return this.columns.lbaHigh[row]! * 2 ** 32 + this.columns.lbaLow[row]!;
  }

  isApply(row: number): boolean {
    return this.columns.kind[row] === applyKind;
  }

  isOpen(row: number): boolean {
    return (this.columns.flags[row]! & itemFlags.open) !== 0;
  }

  /** The row of a command, or of an apply, by its number in the history; −1 where it is not here. */
  find(apply: boolean, id: number): number {
    const ids = this.columns.id;
    for (let row = 0; row < this.rows; row++) {
      if (ids[row] === id && this.isApply(row) === apply) return row;
    }
    return -1;
  }

  /** All fields of one, as an object. */
  item(row: number): TimelineItem {
    const value = (name: keyof Columns): number => this.columns[name][row]!;
    const start = this.start[row]!;
    const status = value('status');
    const complete = value('complete');
    return {
      start,
      end: this.end[row]!,
      complete: complete === noEnd ? null : Math.floor(start) + complete,
      lane: value('lane'),
      kind: value('kind'),
      opcode: value('opcode'),
      flags: value('flags'),
      mark: value('mark'),
      status: status === noStatus ? null : status,
      lba: this.lba(row),
      blocks: value('blocks'),
      id: value('id'),
      cid: value('cid'),
      frame: value('frame'),
    };
  }

  covers(row: number, lba: number): boolean {
    const first = this.lba(row);
    return lba >= first && lba < first + this.columns.blocks[row]!;
  }

  /** The first row that starts at a moment or later. */
  firstFrom(us: number): number {
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start[middle]! < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.entry[2] + 16 * this.rows;
  }
}

/** @throws Error where the bytes are cut */
export function decodeItemTile(
  bytes: Uint8Array,
  entry: TileEntry,
  spanUs: number,
  endUs: number,
): ItemTile {
  return new ItemTile(entry, spanUs, decodeColumns(itemColumns, bytes, entry[3]), endUs);
}
