import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { giveTo, type Account } from './postgres-account.js';

const run = promisify(execFile);

/** The user that owns everything in an embedded Postgres. */
export const user = 'fenceline';

/**
 * Makes the folder that the cluster lies in, and gives it to the account.
 *
 * @throws Error where the account cannot reach it
 */
export async function ensureFolder(folder: string, account: Account): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await giveTo(account, folder);
}

/**
 * Makes a cluster in `folder` unless there is one.
 *
 * @returns the cluster's folder
 * @throws Error where the cluster is of another major version
 */
export async function ensureCluster(
  binaries: string,
  folder: string,
  account: Account,
): Promise<string> {
  const data = path.join(folder, 'data');
  const version = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) await makeCluster(binaries, data, account);
  else await checkVersion(binaries, data, version.trim(), account);
  return data;
}

/** One that was interrupted leaves nothing that looks like a cluster. */
async function makeCluster(binaries: string, data: string, account: Account): Promise<void> {
  const making = `${data}.making`;
  await rm(making, { recursive: true, force: true });
  await run(
    path.join(binaries, 'initdb'),
    ['-D', making, '-U', user, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'],
    account,
  );
  await rename(making, data);
}

async function checkVersion(
  binaries: string,
  data: string,
  found: string,
  account: Account,
): Promise<void> {
  // As the account, not as root: the programs may be a copy that is the account's.
  const { stdout } = await run(path.join(binaries, 'postgres'), ['--version'], account);
  const ours = /(\d+)\./.exec(stdout)?.[1];
  if (found === ours) return;
  throw new Error(
    `The database in ${data} is of PostgreSQL ${found}; PostgreSQL ${ours ?? '?'} of this version of Fenceline cannot open it. Either move its rows over (pg_dump with PostgreSQL ${found}, then pg_restore), or use another folder, or set DATABASE_URL to a server of version ${found}.`,
  );
}
