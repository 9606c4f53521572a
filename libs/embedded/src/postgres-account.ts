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

/** Postgres refuses to run as root: root starts it as the account `postgres`, which is made when it is missing. */
export async function postgresAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return { uid: undefined, gid: undefined };
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

/**
 * Makes a folder the account's.
 *
 * @throws Error where the account cannot reach it all the same, because a folder on the way lets nobody through
 */
export async function giveTo(account: Account, folder: string): Promise<void> {
  if (account.uid === undefined || account.gid === undefined) return;
  await chown(folder, account.uid, account.gid);
  const closed = await whatKeepsOut(account, folder);
  if (closed === null) return;
  throw new Error(
    `The account postgres, which the embedded Postgres runs as, cannot reach ${folder}: ${closed} does not let it through. Either allow that (chmod o+x ${closed}) or use another folder.`,
  );
}

/** The first folder on the way to `folder`, itself included, that does not let the account through; null where none does. */
export async function whatKeepsOut(account: Account, folder: string): Promise<string | null> {
  const { root } = path.parse(folder);
  const parts = path.relative(root, folder).split(path.sep);
  for (const [at] of parts.entries()) {
    const step = path.join(root, ...parts.slice(0, at + 1));
    // Asked as that account: what is allowed is more than the bits of the mode.
    const reached = await run('/usr/bin/test', ['-x', step], account).then(
      () => true,
      () => false,
    );
    if (!reached) return step;
  }
  return null;
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
