import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { EvidenceError, errorCode, evidenceError } from '../evidence-error.js';
import { unpackEvidence, type Unpacked } from './unpack.js';

/** Evidence that can be read, wherever it came from. */
export interface OpenedEvidence extends Unpacked {
  /** Absolute path of what was opened: the folder, or the file for transport. */
  path: string;
  /** True for a file for transport: what is written into `dir` is lost with `close`. */
  packed: boolean;
}

/**
 * Opens a folder of evidence, or a file of one for transport, which is unpacked.
 *
 * @param below where a file is unpacked into a temporary folder
 * @throws EvidenceError when there is nothing, or it cannot be unpacked
 */
export async function openEvidence(path: string, below = tmpdir()): Promise<OpenedEvidence> {
  const full = resolve(path);
  if (await isFolder(full)) return { path: full, packed: false, dir: full, close: nothingToDo };
  return { path: full, packed: true, ...(await unpackEvidence(full, below)) };
}

const nothingToDo = () => Promise.resolve();

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new EvidenceError(`there is no folder or file ${path}`, { cause: error });
    }
    throw evidenceError('read', path, error);
  }
}
