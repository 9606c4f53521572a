import type { DecodedCommand } from '@fenceline/history/decode';
import type { RowBuffer } from './row-buffer.js';

/** Where a row comes from. */
export interface RowSource {
  /** The file as the user named it. */
  readonly file: string;
  /** The second (since 1970) from which the rows' times count, and the time of the first packet. */
  originSeconds: number;
  firstAt: number;
}

/** One way to write rows. */
export interface RowFormat {
  /** What stands before the first row; empty where nothing does. */
  readonly head: string;
  /** Writes a row with its line end. */
  row(rows: RowBuffer, command: DecodedCommand, source: RowSource): void;
}
