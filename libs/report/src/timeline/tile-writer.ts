import { tileBytes, type Columns } from './format.js';

/** Writes the rows of one tile, column by column, into bytes of its own. */
export class TileWriter<Table extends Columns> {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly columns: { name: keyof Table; width: 1 | 2 | 4; from: number }[] = [];
  private row = 0;

  constructor(
    table: Table,
    private readonly rows: number,
  ) {
    this.bytes = new Uint8Array(tileBytes(table, rows));
    this.view = new DataView(this.bytes.buffer);
    let at = 0;
    for (const [name, width] of Object.entries(table)) {
      this.columns.push({ name, width, from: at });
      at += width * rows;
    }
  }

  /** @param values whole numbers that fit into their columns */
  add(values: Readonly<Record<keyof Table, number>>): void {
    if (this.row === this.rows) throw new Error('a tile has more rows than were counted');
    for (const { name, width, from } of this.columns) {
      const at = from + width * this.row;
      const value = values[name];
      if (width === 4) this.view.setUint32(at, value, true);
      else if (width === 2) this.view.setUint16(at, value, true);
      else this.view.setUint8(at, value);
    }
    this.row += 1;
  }
}
