import { ArchiveError, compress, tarBytes, writeTar, type TarFile } from '@fenceline/archive';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VmError } from './vm-error.js';

/**
 * Writes files as a tar file compressed by zstd, whole or not at all.
 *
 * @param level of zstd; its default is that of `compress`
 * @throws VmError when zstd is missing or fails, and whatever reading the files throws
 */
export async function writePacked(
  files: readonly TarFile[],
  file: string,
  level?: number,
): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await compress(writeTar(files), tarBytes(files), temporary, level);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error instanceof ArchiveError ? new VmError(error.message, { cause: error }) : error;
  }
}
