import { cp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { whatKeepsOut, type Account } from './postgres-account.js';

/**
 * Postgres's programs where the account can run them: in place, or as a copy in `folder` (60 MB), which is made anew at
 * each start, so that it is never of another version. Root's home lets no other account through, and people clone there.
 *
 * @param binaries the `bin` folder; the libraries and data lie beside it
 * @param folder that the account can reach
 */
export async function reachableBinaries(
  account: Account,
  binaries: string,
  folder: string,
): Promise<string> {
  if (account.uid === undefined || (await whatKeepsOut(account, binaries)) === null)
    return binaries;
  const copy = path.join(folder, 'programs');
  const making = `${copy}.making`;
  await rm(making, { recursive: true, force: true });
  // Libraries are found by links beside them.
  await cp(path.dirname(binaries), making, { recursive: true, verbatimSymlinks: true });
  // A server that was left may still run the old one: its files stay until it ends.
  await rm(copy, { recursive: true, force: true });
  await rename(making, copy);
  return path.join(copy, path.basename(binaries));
}
