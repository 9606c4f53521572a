import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the golden recordings lie. */
const golden = join(import.meta.dirname, '../../../golden/stuck-write');

/** A part of a recording that was made on real kernels. */
export function goldenPart(path: string): Promise<Uint8Array> {
  return readFile(join(golden, path));
}

export const utf8 = new TextDecoder();

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
