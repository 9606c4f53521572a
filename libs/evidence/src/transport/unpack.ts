import {
  ArchiveError,
  decompress,
  isZstd,
  readTar,
  type TarEntry,
  type TarLimits,
} from '@fenceline/archive';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EvidenceError, errorCode, evidenceError } from '../evidence-error.js';
import { layout } from '../layout.js';
import { removeAtExit } from './remove-at-exit.js';

/** Far beyond what a lab records. */
const limits: TarLimits = { bytes: 4 * 2 ** 30, entries: 10_000 };

/** Evidence out of a file for transport, in a temporary folder. */
export interface Unpacked {
  /** The folder of the evidence. */
  dir: string;
  /** Removes the temporary folder; so does the end of the process. */
  close(): Promise<void>;
}

/**
 * Unpacks a file for transport into a temporary folder. Only plain files are made, each new and below that
 * folder, whatever the file says; a file that wants anything else is refused as a whole.
 *
 * @param below where the temporary folder is made
 * @throws EvidenceError when it is no such file, is damaged or not safe, or zstd is missing
 */
export async function unpackEvidence(file: string, below: string): Promise<Unpacked> {
  if (!(await isZstd(file))) {
    throw new EvidenceError(`${file} is neither a folder of evidence nor a .tar.zst of one`);
  }
  const root = await mkdtemp(join(below, 'fenceline-evidence-'));
  const keep = removeAtExit(root);
  const close = async () => {
    await rm(root, { recursive: true, force: true });
    keep();
  };
  try {
    await readTar(decompress(file), limits, (entry) => writeEntry(root, entry));
    return { dir: await evidenceIn(root, file), close };
  } catch (error) {
    await close();
    if (error instanceof EvidenceError) throw error;
    if (error instanceof ArchiveError) throw evidenceError('unpack', file, error);
    const why = error instanceof Error ? error.message : String(error);
    throw new EvidenceError(`${file} cannot be unpacked: ${why}`, { cause: error });
  }
}

async function writeEntry(root: string, { name, content }: TarEntry): Promise<void> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  const file = await openNew(path, name);
  try {
    for await (const chunk of content) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
}

async function openNew(path: string, name: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw errorCode(error) === 'EEXIST' ? new Error(`it has ${name} twice`) : error;
  }
}

/** The evidence may be one folder in the file, as we pack it, or the file's own top. */
async function evidenceIn(root: string, file: string): Promise<string> {
  const [first, ...others] = await readdir(root);
  const candidates = [
    root,
    ...(first !== undefined && others.length === 0 ? [join(root, first)] : []),
  ];
  for (const dir of candidates) {
    const found = access(join(dir, layout.manifest), constants.R_OK).then(
      () => true,
      () => false,
    );
    if (await found) return dir;
  }
  throw new EvidenceError(`${file} holds no evidence: it has no ${layout.manifest}`);
}
