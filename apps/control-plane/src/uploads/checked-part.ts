import { createHash } from 'node:crypto';
import { Problem } from '../http/problem.js';

/**
 * The bytes of a part as they come, none of them kept here.
 *
 * @param expected the most bytes, and the SHA-256 of all
 * @throws Problem `too-large` as soon as there are more, `hash-mismatch` after the last, `invalid-request` where the
 *   connection broke
 */
export async function* checkedPart(
  body: AsyncIterable<Uint8Array>,
  expected: { most: number; sha256: string },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > expected.most) {
        throw new Problem('too-large', `The part has more than ${expected.most} bytes.`, {
          mend: 'A part has 8 MiB at most, and all parts together the size that was announced.',
        });
      }
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid-request', 'The part was cut off.', {
      mend: 'Ask how far the upload is, and go on from there.',
      cause: error,
    });
  }
  if (hash.digest('hex') !== expected.sha256) {
    throw new Problem('hash-mismatch', 'The part does not have the SHA-256 that it came with.', {
      mend: 'Send it again.',
    });
  }
}

/** Reads to the end, and says how many bytes there were. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const { length } of chunks) bytes += length;
  return bytes;
}
