import { chmod, chown, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownedName } from './process-identity.js';
import { qemuUser } from './qemu-user.js';
import { removeAtExit } from './remove-at-exit.js';
import { messageOf, VmError } from './vm-error.js';

/**
 * The folder that holds the run folders: short, since a Unix socket's path has at most 107 bytes,
 * and in memory where the machine offers it.
 */
export function runFoldersRoot(): string {
  if (process.getuid?.() === 0) return '/run/fenceline';
  const runtime = process.env['XDG_RUNTIME_DIR'];
  if (runtime !== undefined && runtime.startsWith('/') && runtime.length < 40) {
    return join(runtime, 'fenceline');
  }
  return `/tmp/fenceline-${process.getuid?.() ?? 0}`;
}

/** A folder for the sockets of one run. */
export interface RunFolder {
  readonly path: string;
  /** Removes it with all that it holds; at the latest, the end of this process does. */
  remove(): Promise<void>;
  /** Leaves it there when this process ends; the next run takes it for left over. */
  keep(): void;
}

/**
 * Makes a run folder that only we and QEMU can enter. Its name says whose it is, so that it can be
 * told to be left over when we die.
 *
 * @param root where it lies; its path has to be short
 * @throws VmError when the folder cannot be made
 */
export async function createRunFolder(root = runFoldersRoot()): Promise<RunFolder> {
  const user = qemuUser();
  const path = join(root, ownedName());
  try {
    await mkdir(root, { recursive: true, mode: 0o711 });
    await mustBeOurs(root);
    // Whatever the umask is, QEMU's user must get through to its folder.
    if (user !== undefined) await chmod(root, 0o711);
    await mkdir(path, { mode: 0o700 });
    if (user !== undefined) await chown(path, user.uid, user.gid);
  } catch (error) {
    throw new VmError(
      `The run folder ${path} cannot be made: ${messageOf(error)}. Make ${root} yours, or remove it: rm -r ${root}`,
      { cause: error },
    );
  }
  const forget = removeAtExit(path);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      forget();
    },
    keep: forget,
  };
}

/** In /tmp, somebody else may have been there first. */
async function mustBeOurs(root: string): Promise<void> {
  const found = await lstat(root);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new VmError(`${root} is not a folder of this user`);
  }
}
