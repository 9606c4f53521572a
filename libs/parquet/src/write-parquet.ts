import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Verdict } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import { fillFolder } from './fill-folder.js';
import { parquetError } from './parquet-error.js';
import { tablesOf } from './tables/tables.js';
import { writeTable } from './write-table.js';

/**
 * DuckDB keeps what it was given in a file of the folder and holds no more than this. One thread writes the
 * rows in their order; nothing is ever fetched.
 */
const settings = {
  memory_limit: '256MB',
  threads: '1',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

/**
 * Writes a history and the findings over it as Parquet files, one a table (docs/parquet.md), into a folder
 * that is new or empty. They appear together when all are whole, or not at all.
 *
 * @throws ParquetError where the folder is not empty, or disk, system or memory refuse
 */
export async function writeParquet(dir: string, history: History, verdict: Verdict): Promise<void> {
  const metadata = metadataOf(verdict);
  try {
    await fillFolder(dir, async (temporary) => {
      const database = await DuckDBInstance.create(join(temporary, 'rows.duckdb'), settings);
      try {
        const connection = await database.connect();
        const files: string[] = [];
        for (const table of tablesOf(history, verdict)) {
          const file = `${table.name}.parquet`;
          await writeTable(connection, table, join(temporary, file), metadata);
          files.push(file);
        }
        return files;
      } finally {
        database.closeSync();
      }
    });
  } catch (error) {
    throw parquetError(dir, error);
  }
}

/** What tells the files of one recording from those of another. */
function metadataOf({ scenario, seed, recording, verifier }: Verdict): Record<string, string> {
  return {
    schema: 'fenceline.parquet/v1',
    scenario,
    seed: String(seed),
    ...(recording === undefined ? {} : { recording_sha256: recording.sha256 }),
    ...(verifier === undefined ? {} : { verifier_version: verifier.version }),
  };
}
