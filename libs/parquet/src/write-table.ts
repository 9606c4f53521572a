import { setImmediate } from 'node:timers/promises';
import { DuckDBDataChunk, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import type { Table } from './table.js';

/** Rows of a chunk: DuckDB's vectors hold no more. */
const chunkRows = 2048;

/**
 * Writes a table into a Parquet file. Rows go through DuckDB's appender chunk by chunk, into a table of its
 * database that lasts for so long: of the rows no more than a chunk is held here.
 *
 * @param metadata key and value pairs kept in the file beside the rows
 * @throws Error with DuckDB's message
 */
export async function writeTable(
  connection: DuckDBConnection,
  { name, columns, rows }: Table,
  file: string,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const definitions = columns.map(
    ({ name: column, type }) => `${identifier(column)} ${type.toString()}`,
  );
  // Never committed: nothing of it is to last, and DuckDB need not wait for the disk.
  await connection.run('BEGIN');
  await connection.run(`CREATE TABLE ${identifier(name)} (${definitions.join(', ')})`);
  const appender = await connection.createAppender(name);
  const types = columns.map(({ type }) => type);
  for (const chunk of chunksOf(rows())) {
    const data = DuckDBDataChunk.create(types);
    data.setRows(chunk);
    appender.appendDataChunk(data);
    // The appender works in this thread: whoever asks to stop must be heard meanwhile.
    await setImmediate();
  }
  appender.closeSync();
  const pairs = Object.entries(metadata).map(
    ([key, value]) => `${identifier(key)}: ${quoted(value)}`,
  );
  await connection.run(
    `COPY ${identifier(name)} TO ${quoted(file)}
      (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${pairs.join(', ')}})`,
  );
  await connection.run('ROLLBACK');
}

function* chunksOf(rows: Iterable<readonly DuckDBValue[]>): Iterable<(readonly DuckDBValue[])[]> {
  let chunk: (readonly DuckDBValue[])[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < chunkRows) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
