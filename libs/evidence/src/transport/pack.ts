import { compress, tarBytes, writeTar, type TarFile } from '@fenceline/archive';
import { lstat, rename, rm } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { temporarySuffix } from '../atomic-file.js';
import { EvidenceError, errorCode, evidenceError } from '../evidence-error.js';
import { EvidenceReader } from '../evidence-reader.js';
import { checkPartName } from '../layout.js';
import { listFiles } from '../seal.js';
import { removeAtExit } from './remove-at-exit.js';

/** How a file for transport is called. */
export const transportSuffix = '.tar.zst';

/**
 * Packs a folder of evidence, its judgements with it, into one file that `tar --zstd -xf` opens: it holds
 * one folder, named after the file. The file appears when it is whole.
 *
 * @param file path of the new file
 * @throws EvidenceError when the folder is no evidence or holds anything but plain files, the file is
 * there already or lies in the folder, zstd is missing, or something cannot be read or written
 */
export async function packEvidence(dir: string, file: string): Promise<void> {
  const folder = resolve(dir);
  const target = resolve(file);
  const evidence = await EvidenceReader.open(folder);
  if (target.startsWith(folder + sep)) {
    throw new EvidenceError(`${target} lies in the evidence; name a file outside of it`);
  }
  if (await exists(target)) {
    throw new EvidenceError(`${target} is there already and is not written over`);
  }
  const files = await filesOf(evidence, folderName(target));
  const temporary = `${target}.${process.pid}${temporarySuffix}`;
  const keep = removeAtExit(temporary);
  try {
    await compress(writeTar(files), tarBytes(files), temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw evidenceError('pack', target, error);
  } finally {
    keep();
  }
}

/** Every file of the folder; each is opened when it is its turn. */
async function filesOf(evidence: EvidenceReader, top: string): Promise<TarFile[]> {
  const files: TarFile[] = [];
  for (const name of await listFiles(evidence.dir)) {
    const path = join(evidence.dir, name);
    const file = await lstat(path);
    if (!file.isFile()) throw new EvidenceError(`${path} is no plain file: it cannot be packed`);
    files.push({
      name: `${top}/${checkPartName(name)}`,
      size: file.size,
      content: () => evidence.stream(name),
    });
  }
  return files;
}

/** The folder in the file: the file's own name, in characters that no shell and no system minds. */
function folderName(file: string): string {
  const name = basename(file)
    .replace(/(\.tar)?(\.zst)?$/, '')
    .replace(/[^A-Za-z0-9._+-]/g, '_');
  return /^[A-Za-z0-9_]/.test(name) ? name : `evidence${name}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw evidenceError('write', path, error);
  }
}
