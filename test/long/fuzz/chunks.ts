import type { Random } from './random.js';

/** More chunks than this cost time and show nothing new. */
const MOST_CHUNKS = 100;

/** Cuts bytes into chunks as a file, a pipe or a socket might: long ones, short ones, single bytes, empty ones. */
export function cut(bytes: Uint8Array, random: Random): Uint8Array[] {
  const { length } = bytes;
  const longest = Math.max(
    random.pick([1, 3, 17, 64, 500, length]),
    Math.ceil(length / MOST_CHUNKS),
  );
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < length;) {
    const end = Math.min(length, at + random.below(longest + 1));
    // A copy: bytes beside the chunk must not be there to be read by mistake.
    chunks.push(bytes.slice(at, end));
    at = end;
  }
  return chunks;
}

/** The chunks as a stream. */
export async function* streamed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
