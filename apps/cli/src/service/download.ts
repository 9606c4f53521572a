import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ServiceUnreachable } from '@fenceline/client';
import { MachineError } from '../machine-error.js';
import { UsageError } from '../usage-error.js';
import type { Artifact } from './documents.js';

/**
 * The bytes of an artifact from an offset on, as they come.
 *
 * @throws ServiceUnreachable where they cease to come before the end
 */
export type ReadBytes = (offset: number) => AsyncIterable<Uint8Array>;

/** How often a download may be cut without a byte having come in between. */
const triesWithoutProgress = 5;

/**
 * Downloads an artifact into a folder, under its name once all of it is there and its hash is right. Until then it is in
 * a file of its own, and one that was cut goes on where it was.
 *
 * @param tell is told how many bytes there are
 * @returns the path; the file may have been there already
 * @throws UsageError where another file has the name; MachineError where the bytes are not those that were announced
 */
export async function download(
  artifact: Artifact,
  folder: string,
  bytesFrom: ReadBytes,
  tell: (bytes: number) => void,
): Promise<string> {
  const target = path.join(folder, plainName(artifact.name));
  if (await isThere(target, artifact)) return target;
  const partial = `${target}.${artifact.sha256.slice(0, 12)}.part`;
  const file = await open(partial, 'a+');
  try {
    await fill(file, artifact, bytesFrom, tell);
    await file.sync();
  } finally {
    await file.close();
  }
  const sha256 = (await hashOf(partial)).digest('hex');
  if (sha256 !== artifact.sha256) {
    await rm(partial);
    throw new MachineError(
      `${artifact.name} did not arrive as it was published (its SHA-256 is ${sha256}); it was removed. Fetch it again.`,
    );
  }
  await rename(partial, target);
  return target;
}

/** Names come from workers, and must not lead out of the folder. */
function plainName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) {
    throw new MachineError(`\`${name}\` is no name for a file: it is not fetched.`);
  }
  return name;
}

async function isThere(target: string, { sha256, name }: Artifact): Promise<boolean> {
  const there = await stat(target).catch(() => null);
  if (there === null) return false;
  if (there.isFile() && (await hashOf(target)).digest('hex') === sha256) return true;
  throw new UsageError(`${target} is there already and is not ${name} of this job; see --out.`);
}

/** Appends what is missing, over as many connections as it takes. */
async function fill(
  file: FileHandle,
  { size, name }: Artifact,
  bytesFrom: ReadBytes,
  tell: (bytes: number) => void,
): Promise<void> {
  let { size: have } = await file.stat();
  if (have > size) {
    await file.truncate(0);
    have = 0;
  }
  let triesLeft = triesWithoutProgress;
  while (have < size) {
    const before = have;
    let failure = new ServiceUnreachable(`${name} ended before its end.`);
    try {
      for await (const bytes of bytesFrom(have)) {
        if (have + bytes.length > size) throw new MachineError(`${name} is longer than announced.`);
        await file.writeFile(bytes);
        have += bytes.length;
        tell(have);
      }
    } catch (error) {
      if (!(error instanceof ServiceUnreachable)) throw error;
      failure = error;
    }
    triesLeft = have > before ? triesWithoutProgress : triesLeft - 1;
    if (triesLeft === 0) throw failure;
  }
}

async function hashOf(file: string): Promise<Hash> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash;
}
