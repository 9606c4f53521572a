import { binColumns, binsPerTile, decodeColumns, type TileEntry } from '@fenceline/report/timeline';

type Columns = Record<keyof typeof binColumns, Uint8Array | Uint16Array | Uint32Array>;

/** What began on each lane in each bin of one overview tile, as columns, in the order of time. */
export class BinTile {
  readonly rows: number;
  readonly from: number;

  constructor(
    readonly entry: TileEntry,
    readonly binUs: number,
    readonly columns: Columns,
  ) {
    this.rows = entry[3];
    this.from = entry[0] * binsPerTile * binUs;
  }

  /** When a row's bin begins, in µs. */
  start(row: number): number {
    return this.from + this.columns.bin[row]! * this.binUs;
  }

  get to(): number {
    return this.from + binsPerTile * this.binUs;
  }

  /** The first row whose bin begins at a moment or later. */
  firstFrom(us: number): number {
    const bin = Math.ceil((us - this.from) / this.binUs);
    const bins = this.columns.bin;
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bins[middle]! < bin) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** @throws Error where the bytes are cut */
export function decodeBinTile(bytes: Uint8Array, entry: TileEntry, binUs: number): BinTile {
  return new BinTile(entry, binUs, decodeColumns(binColumns, bytes, entry[3]));
}
