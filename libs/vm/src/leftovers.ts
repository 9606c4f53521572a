import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultCacheDir, temporaryRoot } from './cache.js';
import type { ProcessIdentity } from './process-identity.js';
import { identify, isAlive, ownerOfName, sharesOurNumbers } from './process-identity.js';
import { runFoldersRoot } from './run-folder.js';
import { codeOf } from './vm-error.js';

/** Something of a run whose process is dead. */
export type Leftover =
  | { kind: 'folder'; path: string; describe: string }
  | { kind: 'process'; process: ProcessIdentity; describe: string };

/** Where to look; the defaults are those that runs use. */
export interface LeftoverPlaces {
  runFolders?: string;
  cacheDir?: string;
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

/** Folders below `root` whose names say that a process made them that is no more. */
async function orphanedFolders(root: string, what: string): Promise<Leftover[]> {
  return (await namesIn(root)).flatMap((name): Leftover[] => {
    const owner = ownerOfName(name);
    if (owner === undefined || isAlive(owner)) return [];
    const path = join(root, name);
    return [
      {
        kind: 'folder',
        path,
        describe: `${what} ${path} of process ${owner.pid}, which has ended`,
      },
    ];
  });
}

/** QEMU processes with a socket in a run folder whose owner is dead; not those of a container's runs. */
async function orphanedProcesses(runFolders: string): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const name of await namesIn('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    // Who it is comes first: the number may pass to another process while we read.
    const process = identify(pid);
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const args = text.split('\0');
    if (process === undefined || !args.some((arg) => /(^|\/)qemu-system-x86_64$/.test(arg)))
      continue;
    const socket = args.find((arg) => arg.includes(`path=${runFolders}/`));
    const folder = socket?.split(`path=${runFolders}/`)[1]?.split('/')[0];
    const owner = folder === undefined ? undefined : ownerOfName(folder);
    if (owner === undefined || isAlive(owner) || !sharesOurNumbers(pid)) continue;
    const guest = args[args.indexOf('-name') + 1] ?? '';
    found.push({
      kind: 'process',
      process,
      describe: `QEMU process ${pid} (${guest}) of process ${owner.pid}, which has ended`,
    });
  }
  return found;
}

/**
 * What runs of this user have left behind because they died without an end: QEMU processes, run
 * folders, unfinished folders of the cache. What belongs to a living process is not touched.
 */
export async function findLeftovers(places: LeftoverPlaces = {}): Promise<Leftover[]> {
  const runFolders = places.runFolders ?? runFoldersRoot();
  const cacheDir = places.cacheDir ?? defaultCacheDir();
  return [
    ...(await orphanedProcesses(runFolders)),
    ...(await orphanedFolders(runFolders, 'run folder')),
    ...(await orphanedFolders(temporaryRoot(cacheDir), 'unfinished folder')),
  ];
}

/** Ends the processes and removes the folders that {@link findLeftovers} found. */
export async function removeLeftovers(leftovers: readonly Leftover[]): Promise<void> {
  for (const leftover of leftovers) {
    if (leftover.kind === 'folder') {
      await rm(leftover.path, { recursive: true, force: true });
    } else if (isAlive(leftover.process)) {
      process.kill(leftover.process.pid, 'SIGKILL');
    }
  }
}
