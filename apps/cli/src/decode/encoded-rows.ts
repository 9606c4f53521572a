import { columns } from './columns.js';
import { remembered } from './remembered.js';
import { encode } from './row-buffer.js';
import type { RowFormat } from './row-format.js';
import { putWallTime } from './wall-time.js';

/** How a format writes the fields of a row and what stands between them. */
export interface Encoding {
  /** What stands before a field, the first one or another. */
  before(name: string, isFirst: boolean): string;
  text(value: string): string;
  /** What stands for a field that does not apply. */
  nothing: string;
  /** What stands before and behind a time. */
  timeQuote: string;
  lineEnd: string;
}

/** A format of rows with a field for each of `columns`. */
export function encodedRows(head: string, encoding: Encoding): RowFormat {
  const fields = columns.map((column, index) => ({
    column,
    before: encode(encoding.before(column.name, index === 0)),
  }));
  const nothing = encode(encoding.nothing);
  const timeQuote = encode(encoding.timeQuote);
  const lineEnd = encode(encoding.lineEnd);
  // The texts of rows are the same again and again.
  const text = remembered((value) => encode(encoding.text(value)));
  return {
    head,
    row(rows, command, source) {
      for (const { column, before } of fields) {
        rows.put(before);
        if (column.kind === 'number') {
          const value = column.of(command);
          if (value === null) rows.put(nothing);
          else rows.number(value);
        } else if (column.kind === 'text') {
          const value = column.of(command, source);
          rows.put(value === null ? nothing : text(value));
        } else {
          rows.put(timeQuote);
          putWallTime(rows, source.originSeconds, column.of(command));
          rows.put(timeQuote);
        }
      }
      rows.put(lineEnd);
    },
  };
}
