import { mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../usage-error.js';
import { messageOf } from '../message-of.js';

/**
 * Makes the folder in which one run's evidence goes: `OUT/SCENARIO-seedN-TIME`, UTC, with a number behind it
 * where two runs meet in one second.
 *
 * @throws UsageError where the folder cannot be made
 */
export async function createEvidenceFolder(
  out: string,
  scenario: string,
  seed: number,
  now: Date,
): Promise<string> {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const base = path.resolve(out, `${scenario}-seed${seed}-${time}`);
  await makeWritable(() => mkdir(path.resolve(out), { recursive: true }), out);
  for (let number = 1; ; number += 1) {
    const folder = number === 1 ? base : `${base}-${number}`;
    if (await makeWritable(() => mkdirUnlessThere(folder), out)) {
      return folder;
    }
  }
}

/** Takes the folder away again when nothing has been recorded; says whether there is anything. */
export async function keepIfRecorded(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return false;
  } catch {
    return true;
  }
}

async function mkdirUnlessThere(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

async function makeWritable<T>(make: () => Promise<T>, out: string): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const why = messageOf(error);
    throw new UsageError(
      `The evidence cannot be written to ${out} (${why}). Name another folder: --out DIR`,
    );
  }
}
