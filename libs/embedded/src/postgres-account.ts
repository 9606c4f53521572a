import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The account that the server runs as; empty where it is our own. */
export interface Account {
  uid?: number;
  gid?: number;
  /** Makes a folder the account's. */
  give(folder: string): Promise<void>;
}

/**
 * Postgres refuses to run as root: root starts it as the account `postgres`, which is made when it is missing.
 *
 * @throws Error where that account cannot reach the binaries
 */
export async function accountFor(binaries: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { give: () => Promise.resolve() };
  const uid = await idOf('-u');
  const gid = await idOf('-g');
  try {
    await run('/usr/bin/test', ['-x', binaries], { uid, gid });
  } catch (cause) {
    throw new Error(
      `The account postgres cannot reach ${binaries}: every folder on the way must let others through (chmod o+x).`,
      { cause },
    );
  }
  return { uid, gid, give: (folder) => chown(folder, uid, gid) };
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  try {
    return Number((await run('id', [flag, 'postgres'])).stdout);
  } catch {
    await run('useradd', [
      '--system',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    return Number((await run('id', [flag, 'postgres'])).stdout);
  }
}
