import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeAtExit } from '@fenceline/evidence';
import { ParquetError } from './parquet-error.js';

/** Why a folder cannot be filled: it holds something, or is none. Null for an empty one and for one to be made. */
export async function whyNotFillable(dir: string): Promise<string | null> {
  try {
    const [first] = await readdir(dir);
    return first === undefined
      ? null
      : `${dir} is not empty (it holds ${first}) and is not written over: name a folder that is new or empty`;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    if (hasCode(error, 'ENOTDIR')) return `${dir} is no folder: name one that is new or empty`;
    throw error;
  }
}

/**
 * Fills an empty folder, or a new one in a folder that is there, as one step: the files are made in a temporary folder inside of it and come to
 * their place together, when all are whole. Otherwise, also when the process ends before, none is left, nor
 * the folder where it was made here.
 *
 * @param fill makes the files in the folder it is given, and returns their names
 * @throws ParquetError where the folder cannot be filled; the system's own errors; whatever `fill` throws
 */
export async function fillFolder(
  dir: string,
  fill: (temporary: string) => Promise<readonly string[]>,
): Promise<void> {
  const problem = await whyNotFillable(dir);
  if (problem !== null) throw new ParquetError(problem);
  // In one go, as the renaming below: no signal is handled before the process knows what to remove.
  const made = makeFolder(dir);
  const temporary = mkdtempSync(join(dir, '.tmp-'));
  const unfinished = made ? dir : temporary;
  const keep = removeAtExit(unfinished);
  try {
    const files = await fill(temporary);
    for (const file of files) renameSync(join(temporary, file), join(dir, file));
    rmSync(temporary, { recursive: true });
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  } finally {
    keep();
  }
}

/** Makes a folder in one that is there; says whether it was missing. */
function makeFolder(dir: string): boolean {
  try {
    mkdirSync(dir);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
