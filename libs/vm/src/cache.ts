import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ownedName } from './process-identity.js';
import { removeAtExit } from './remove-at-exit.js';
import { codeOf, messageOf, VmError } from './vm-error.js';

/**
 * The folder of kernels, packages and guest images: `$FENCELINE_CACHE`, else
 * /var/cache/fenceline for root, else `$XDG_CACHE_HOME/fenceline` or ~/.cache/fenceline.
 */
export function defaultCacheDir(): string {
  const named = process.env['FENCELINE_CACHE'];
  if (named !== undefined && named !== '') return resolve(named);
  if (process.getuid?.() === 0) return '/var/cache/fenceline';
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'fenceline');
}

/** Where folders that are not finished yet are made; see leftovers.ts for those of dead processes. */
export function temporaryRoot(cacheDir: string): string {
  return join(cacheDir, 'tmp');
}

/**
 * Calls `fill` with a new empty folder and removes it afterwards, whatever happened. The folder is
 * on the cache's file system, so that finished parts can be renamed into place, and its name says
 * whose it is, so that it can be told to be left over when we die.
 */
export async function withTemporaryFolder<T>(
  cacheDir: string,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(temporaryRoot(cacheDir), ownedName());
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new VmError(
      `The cache folder ${cacheDir} cannot be written: ${messageOf(error)}. Name another in FENCELINE_CACHE.`,
      { cause: error },
    );
  }
  const forget = removeAtExit(folder);
  try {
    return await fill(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    forget();
  }
}

/**
 * Moves a finished folder to its place in one step. When another run was first with the same
 * content, theirs stays: both hold the same.
 */
export async function publishFolder(finished: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  try {
    await rename(finished, place);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** Writes a small file so that a reader sees the old content or the new, never a part. */
export async function publishFile(place: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const temporary = `${place}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Reads a JSON file of ours; undefined when there is none or it is not what `isValid` wants. */
export async function readJson<T>(
  path: string,
  isValid: (value: unknown) => value is T,
): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of bytes or text, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 of a file, in hexadecimal, streamed. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Whether something exists at a path. */
export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** Told what is being done, in words for a person who waits. */
export type Progress = (message: string) => void;
