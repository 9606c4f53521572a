import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { giveTo, type Account } from './postgres-account.js';

const run = promisify(execFile);

/** The user that owns everything in an embedded Postgres. */
export const user = 'fenceline';

/**
 * Makes a cluster in `folder` unless there is one.
 *
 * @returns the cluster's folder
 * @throws Error where the cluster is of another major version, or the account cannot reach the folder
 */
export async function ensureCluster(
  binaries: string,
  folder: string,
  account: Account,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await giveTo(account, folder);
  const data = path.join(folder, 'data');
  const version = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) await makeCluster(binaries, data, account);
  else await checkVersion(binaries, data, version.trim());
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

async function checkVersion(binaries: string, data: string, found: string): Promise<void> {
  const { stdout } = await run(path.join(binaries, 'postgres'), ['--version']);
  const ours = /(\d+)\./.exec(stdout)?.[1];
  if (found === ours) return;
  throw new Error(
    `The database in ${data} is of PostgreSQL ${found}; PostgreSQL ${ours ?? '?'} of this version of Fenceline cannot open it. Either move its rows over (pg_dump with PostgreSQL ${found}, then pg_restore), or use another folder, or set DATABASE_URL to a server of version ${found}.`,
  );
}
