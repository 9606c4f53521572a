/** Parquet files that could not be written: the message names the folder and what refused. */
export class ParquetError extends Error {
  override readonly name = 'ParquetError';
}

/** How DuckDB names what the machine refuses; its other errors are mistakes of ours. */
const ofTheMachine = /^(IO|Out of Memory) Error: /;

/** What the disk, the system or DuckDB's memory refused as a `ParquetError`; any other error as it is. */
export function parquetError(dir: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  if (!('syscall' in cause) && !ofTheMachine.test(cause.message)) return cause;
  return new ParquetError(`could not write Parquet files to ${dir}: ${cause.message}`, { cause });
}
