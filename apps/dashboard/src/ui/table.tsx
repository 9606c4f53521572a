import type { ReactNode } from 'react';
import { classes } from './classes.js';
import styles from './table.module.css';

export interface Column<Row> {
  title: string;
  /** `number`: to the right; `tight`: not broken; `wide`: has text; `dim`: matters less. */
  kind?: 'number' | 'tight' | 'wide' | 'dim';
  /** Names the row for those who hear it. */
  isHead?: boolean;
  cell: (row: Row) => ReactNode;
}

interface TableProps<Row> {
  /** What the rows are, for those who hear it. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}

/** Rows under columns; on a narrow screen a card for each row. */
export function Table<Row>({ label, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <div className={styles['frame']}>
      <table className={classes(styles['table'], styles['stacks'])} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ title, kind }) => (
              <th key={title} scope="col" className={kind}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, kind, isHead, cell }) =>
                isHead === true ? (
                  <th key={title} scope="row" className={kind} data-label={title}>
                    <div>{cell(row)}</div>
                  </th>
                ) : (
                  <td key={title} className={kind} data-label={title}>
                    <div>{cell(row)}</div>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
