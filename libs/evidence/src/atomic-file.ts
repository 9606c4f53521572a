import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { evidenceError } from './evidence-error.js';

/** Names of half-written files end so; they are never parts of a recording. */
export const temporarySuffix = '.tmp';

/**
 * Replaces a file as one step: after a crash it holds either its old or its new content, whole.
 *
 * @throws EvidenceError when the folder or the disk refuses; nothing half-written is left then.
 */
export async function writeFileAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}${temporarySuffix}`;
  try {
    const file = await open(temporary, 'w', 0o644);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw evidenceError('write', path, error);
  }
}

/** Makes renames and new names in a folder last through a power loss. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
