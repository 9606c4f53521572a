import path from 'node:path';
import type { OpenedEvidence } from '@fenceline/evidence';
import type { ReportInput } from '@fenceline/report';
import { MachineError } from '../machine-error.js';
import { UsageError } from '../usage-error.js';

/** A folder that can take Parquet files. */
export interface ParquetFolder {
  /** @throws MachineError where there is no history, or the files cannot be written */
  write: (judged: ReportInput) => Promise<void>;
}

/**
 * Checks the folder that `--parquet` names, before the evidence is judged. Loads DuckDB, which nothing else
 * needs.
 *
 * @throws UsageError where it cannot take the files: it is not empty, no folder, or a part of the evidence
 */
export async function parquetFolder(
  option: string,
  evidence: OpenedEvidence,
): Promise<ParquetFolder> {
  const dir = path.resolve(option);
  if (`${dir}${path.sep}`.startsWith(`${evidence.dir}${path.sep}`)) {
    throw new UsageError(`${dir} lies in the evidence; name a folder outside of it`);
  }
  const { ParquetError, whyNotFillable, writeParquet } = await import('@fenceline/parquet');
  const problem = await whyNotFillable(dir);
  if (problem !== null) throw new UsageError(problem);
  return {
    write: async ({ history, verdict }) => {
      if (history === null)
        throw new MachineError(`no Parquet files: ${verdict.inconclusive[0]?.reason ?? ''}`);
      try {
        await writeParquet(dir, history, verdict);
      } catch (error) {
        if (error instanceof ParquetError) throw new MachineError(error.message, { cause: error });
        throw error;
      }
      process.stderr.write(`written: ${dir}\n`);
    },
  };
}
