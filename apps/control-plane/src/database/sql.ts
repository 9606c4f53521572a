import type { QueryResultRow } from 'pg';

export interface QueryOptions {
  /**
   * The text is one of a few: each connection has it parsed and planned once. Not for texts whose best plan depends on
   * the values.
   */
  prepared?: boolean;
}

/** One connection or transaction that takes SQL: `$1` parameters, rows as objects. */
export interface Sql {
  query<Row extends QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<Row[]>;
}
