import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EvidenceError, writeFileAtomically } from '@fenceline/evidence';
import { MachineError } from '../machine-error.js';
import { messageOf } from '../message-of.js';

/**
 * Writes a document to where an option says: a file as one step, `-` for standard output, and what is there
 * and no plain file (a pipe, a terminal) as it is.
 *
 * @throws MachineError where it cannot be written
 */
export async function writeOutput(to: string, text: string): Promise<void> {
  if (to === '-') {
    process.stdout.write(text);
    return;
  }
  try {
    const there = await stat(to).catch(() => null);
    const special = there !== null && !there.isFile();
    await (special ? writeFile(to, text) : writeFileAtomically(path.resolve(to), text));
  } catch (error) {
    throw new MachineError(
      error instanceof EvidenceError ? error.message : `could not write ${to}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
