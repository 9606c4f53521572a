import { readFile, readlink, realpath, rm } from 'node:fs/promises';

/**
 * A server that was left in a folder by somebody who could not stop it: the process that a pid file names, where it is
 * alive and works in that folder. A pid file that names no such process is removed: its number may be another's by now.
 *
 * @returns the process, or null
 */
export async function leftServer(pidFile: string, folder: string): Promise<number | null> {
  const text = await readFile(pidFile, 'utf8').catch(() => null);
  if (text === null) return null;
  const pid = Number.parseInt(text, 10);
  if (pid > 0 && (await worksIn(pid, folder))) return pid;
  await rm(pidFile, { force: true });
  return null;
}

async function worksIn(pid: number, folder: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
  } catch {
    // It is gone, or another user's.
    return false;
  }
}
