import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { NoSpace } from './store-error.js';

/** Makes the names in a folder durable: a file's own sync does not. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder below one that is there, durable. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(path.dirname(folder));
}

/**
 * Writes a new file, durable when this resolves but for its name.
 *
 * @returns its bytes
 * @throws NoSpace, and whatever the source throws
 */
export async function writeNewFile(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  const handle = await open(file, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of bytes) {
      // `writeFile` of a handle writes all of it, from where the file stands.
      await handle.writeFile(chunk).catch(told);
      size += chunk.length;
    }
    await handle.sync().catch(told);
    return size;
  } finally {
    await handle.close();
  }
}

function told(error: unknown): never {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    throw new NoSpace('The artifact store is full.', { cause: error });
  }
  throw error;
}

/** The `code` of a system error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
