import {
  BIGINT,
  BOOLEAN,
  INTEGER,
  LIST,
  listValue,
  UBIGINT,
  VARCHAR,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';

/** How one column of a table is called, what it holds, and where a row has it. */
export interface Column<Row> {
  type: DuckDBType;
  of: (row: Row) => DuckDBValue;
}

/** One Parquet file to be written. */
export interface Table {
  /** Name of the file without its suffix. */
  name: string;
  columns: readonly { name: string; type: DuckDBType }[];
  /** The values of each row in the order of the columns; made one at a time, as they are asked for. */
  rows: () => Iterable<readonly DuckDBValue[]>;
}

/** A table of things, with its columns by their names. */
export function table<Row>(
  name: string,
  things: Iterable<Row>,
  columns: Readonly<Record<string, Column<Row>>>,
): Table {
  const all = Object.entries(columns);
  return {
    name,
    columns: all.map(([column, { type }]) => ({ name: column, type })),
    *rows() {
      for (const thing of things) yield all.map(([, { of }]) => of(thing));
    },
  };
}

/**
 * A whole number of up to 64 bits as DuckDB takes it. A moment that did not come (`never`, or -Infinity for a
 * "last" that never was) is NULL, and so is what a plain number does not hold exactly: no lab lasts 104 days.
 */
export function wholeNumber(value: number | null | undefined): bigint | null {
  return Number.isSafeInteger(value) ? BigInt(value!) : null;
}

/** A moment or a duration in ns, an address on the medium, or anything else that may need more than 31 bits. */
export function bigint<Row>(of: (row: Row) => number | null | undefined): Column<Row> {
  return { type: BIGINT, of: (row) => wholeNumber(of(row)) };
}

/** A position in a list of the history, or a field of at most 16 bits. */
export function integer<Row>(of: (row: Row) => number | null | undefined): Column<Row> {
  return { type: INTEGER, of: (row) => of(row) ?? null };
}

/** A field of 64 bits without a sign. */
export function unsigned64<Row>(of: (row: Row) => bigint | undefined): Column<Row> {
  return { type: UBIGINT, of: (row) => of(row) ?? null };
}

export function text<Row>(of: (row: Row) => string | null | undefined): Column<Row> {
  return { type: VARCHAR, of: (row) => of(row) ?? null };
}

export function truth<Row>(of: (row: Row) => boolean | undefined): Column<Row> {
  return { type: BOOLEAN, of: (row) => of(row) ?? null };
}

export function integers<Row>(of: (row: Row) => readonly number[] | undefined): Column<Row> {
  return list(INTEGER, of);
}

export function texts<Row>(of: (row: Row) => readonly string[] | undefined): Column<Row> {
  return list(VARCHAR, of);
}

/** A list of values; NULL where there is no list. */
export function list<Row>(
  type: DuckDBType,
  of: (row: Row) => readonly DuckDBValue[] | undefined,
): Column<Row> {
  return {
    type: LIST(type),
    of: (row) => {
      const values = of(row);
      return values === undefined ? null : listValue(values);
    },
  };
}
