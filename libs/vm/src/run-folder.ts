import { randomBytes } from 'node:crypto';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownIdentity } from './process-identity.js';
import { qemuUser } from './qemu-user.js';
import { codeOf, messageOf, VmError } from './vm-error.js';

/** File in a run folder that tells whose it is. */
export const OWNER_FILE = 'owner.json';

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
  /** Removes it with all that it holds. */
  remove(): Promise<void>;
}

/**
 * Makes a run folder that only we and QEMU can enter, and that bears our process's identity, so
 * that it can be told to be left over when we die.
 *
 * @throws VmError when the folder cannot be made
 */
export async function createRunFolder(): Promise<RunFolder> {
  const root = runFoldersRoot();
  const user = qemuUser();
  const path = join(root, randomBytes(4).toString('hex'));
  try {
    await mkdir(root, { recursive: true, mode: 0o711 });
    await mkdir(path, { mode: 0o700 });
    await writeFile(join(path, OWNER_FILE), `${JSON.stringify(ownIdentity())}\n`);
    if (user !== undefined) await chown(path, user.uid, user.gid);
  } catch (error) {
    const mend =
      codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM'
        ? ` Remove ${root}, or make it yours.`
        : '';
    throw new VmError(`The run folder ${path} cannot be made: ${messageOf(error)}.${mend}`, {
      cause: error,
    });
  }
  return {
    path,
    remove: async () => await rm(path, { recursive: true, force: true }),
  };
}
