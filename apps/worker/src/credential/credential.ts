import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { idSchema } from '@fenceline/contracts/api';
import { z } from 'zod';

const credentialSchema = z.object({ workerId: idSchema, credential: z.string().min(1) });

/** Who this worker is to the service. */
export type Credential = z.infer<typeof credentialSchema>;

/**
 * Reads the credential; null where there is none yet.
 *
 * @throws Error where the file can be read by others than its owner, or is no credential
 */
export async function readCredential(file: string): Promise<Credential | null> {
  const text = await readSecret(file);
  if (text === null) return null;
  let parsed;
  try {
    parsed = credentialSchema.safeParse(JSON.parse(text));
  } catch {
    parsed = null;
  }
  if (parsed?.success === true) return parsed.data;
  throw new Error(`${file} holds no credential of a worker. Enrol again with a new join token.`);
}

/** Keeps a credential, for its owner alone, so that it is there as a whole or not at all. */
export async function writeCredential(file: string, credential: Credential): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(credential)}\n`, { mode: 0o600, flag: 'wx' });
    const handle = await open(temporary);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * The text of a file with a secret; null where it is missing.
 *
 * @throws Error where others may read it
 */
export async function readSecret(file: string): Promise<string | null> {
  const found = await stat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return null;
  if ((found.mode & 0o077) !== 0) {
    throw new Error(`${file} can be read by others. Make it its owner's alone: chmod 600 ${file}`);
  }
  return (await readFile(file, 'utf8')).trim();
}
