import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { messageOf } from '../message-of.js';

const mib = 1024 * 1024;

/**
 * Why a folder cannot take what it is to take; null when it can. It is made when it is missing.
 *
 * @param needed bytes
 */
export async function folderProblem(folder: string, needed: number): Promise<string | null> {
  // Node's recursive mkdir never ends where the system lets nobody make a folder.
  if (/^\/(proc|sys)(\/|$)/.test(folder)) return `${folder} is no place for files.`;
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    return `${folder} cannot be written: ${messageOf(error)}.`;
  }
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  return free >= needed
    ? null
    : `${folder} has ${Math.floor(free / mib)} MiB free, ${Math.ceil(needed / mib)} MiB are needed.`;
}
