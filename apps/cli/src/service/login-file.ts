import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { MachineError } from '../machine-error.js';
import { messageOf } from '../message-of.js';

const loginsSchema = z.object({
  schema: z.literal('fenceline.logins/v1'),
  /** Address of the service that is meant where none is named. */
  service: z.string().nullable(),
  /** Address → token. */
  tokens: z.record(z.string(), z.string()),
});
export type Logins = z.infer<typeof loginsSchema>;

const none: Logins = { schema: 'fenceline.logins/v1', service: null, tokens: {} };

/** Where the tokens of this user are kept: `$XDG_CONFIG_HOME/fenceline/logins.json`. */
export function loginFile(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['XDG_CONFIG_HOME'];
  // A relative one is to be ignored, as the XDG specification has it.
  const config =
    given !== undefined && path.isAbsolute(given) ? given : path.join(homedir(), '.config');
  return path.join(config, 'fenceline', 'logins.json');
}

/** @throws MachineError where the file cannot be read, or others than its owner may read it */
export async function readLogins(file = loginFile()): Promise<Logins> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) {
      throw new MachineError(`${file} may be read by others than you: chmod 600 ${file}`);
    }
    return loginsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof MachineError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return none;
    throw new MachineError(
      `${file} cannot be read (${messageOf(error)}); to begin anew remove it and log in again.`,
    );
  }
}

/** Writes the file in one step; nobody but its owner may ever read it. */
export async function writeLogins(logins: Logins, file = loginFile()): Promise<void> {
  const folder = path.dirname(file);
  const draft = `${file}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    // The mode above is subject to the umask, which may only take away: what is left must do.
    await chmod(draft, 0o600);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new MachineError(`${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
