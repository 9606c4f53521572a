import type { QueryResultRow } from 'pg';

/** One connection or transaction that takes SQL: `$1` parameters, rows as objects. */
export interface Sql {
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}
