import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEvidence } from '@fenceline/evidence';

/** A recording that was made on real kernels. */
const golden = join(import.meta.dirname, '../../../golden/stuck-write.tar.zst');

/** A part of it. */
export async function goldenPart(path: string): Promise<Uint8Array> {
  const evidence = await openEvidence(golden);
  try {
    return await readFile(join(evidence.dir, path));
  } finally {
    await evidence.close();
  }
}

export const utf8 = new TextDecoder();

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
