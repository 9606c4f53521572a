import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The account that the server runs as; its numbers are undefined where it is our own. */
export interface Account {
  uid: number | undefined;
  gid: number | undefined;
}

/**
 * Postgres refuses to run as root: root starts it as the account `postgres`, which is made when it is missing.
 *
 * @throws Error where that account cannot reach the binaries
 */
export async function accountFor(binaries: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { uid: undefined, gid: undefined };
  const account = { uid: await idOf('-u'), gid: await idOf('-g') };
  await checkReach(account, binaries);
  return account;
}

/**
 * Makes a folder the account's.
 *
 * @throws Error where the account cannot reach it all the same, because a folder on the way lets nobody through
 */
export async function giveTo(account: Account, folder: string): Promise<void> {
  if (account.uid === undefined || account.gid === undefined) return;
  await chown(folder, account.uid, account.gid);
  await checkReach(account, folder);
}

async function checkReach(account: Account, folder: string): Promise<void> {
  const { root } = path.parse(folder);
  const parts = path.relative(root, folder).split(path.sep);
  for (const [at] of parts.entries()) {
    const step = path.join(root, ...parts.slice(0, at + 1));
    // Asked as that account: what is allowed is more than the bits of the mode.
    const reached = await run('/usr/bin/test', ['-x', step], account).then(
      () => true,
      () => false,
    );
    if (!reached) {
      throw new Error(
        `The account postgres, which the embedded Postgres runs as, cannot reach ${folder}: ${step} does not let it through. Either allow that (chmod o+x ${step}) or use another folder.`,
      );
    }
  }
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  try {
    return Number((await run('id', [flag, 'postgres'])).stdout);
  } catch {
    await run('useradd', [
      ...['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'],
      'postgres',
    ]);
    return Number((await run('id', [flag, 'postgres'])).stdout);
  }
}
