import type { ReferenceHost } from '../reference-host.js';

/** Bytes of the namespace. */
export interface ByteRange {
  offset: number;
  length: number;
}

/** Bytes that one read of a read-back asks for at most. */
const PIECE_BYTES = 128 * 1024;

/**
 * Reads ranges back through one path, one read after the other.
 *
 * @param done called once, with the error of the first read that failed; at once where there is nothing to read
 */
export function readBack(
  host: ReferenceHost,
  path: string,
  ranges: readonly ByteRange[],
  done: (result: { ok: true } | { ok: false; error: string }) => void,
): void {
  const pieces = ranges.flatMap(inPieces);
  const next = (index: number): void => {
    const piece = pieces[index];
    if (piece === undefined) {
      done({ ok: true });
      return;
    }
    host.submitThrough(path, { op: 'read', ...piece }, (result) => {
      if (result.ok) next(index + 1);
      else done(result);
    });
  };
  next(0);
}

function inPieces({ offset, length }: ByteRange): ByteRange[] {
  return Array.from({ length: Math.ceil(length / PIECE_BYTES) }, (_, index) => {
    const from = index * PIECE_BYTES;
    return { offset: offset + from, length: Math.min(PIECE_BYTES, length - from) };
  });
}
