import type { S3Bucket } from './s3-bucket.js';
import { S3Failure } from './s3-failure.js';

/**
 * More than this is copied in pieces of this size. S3 copies 5 GiB at once; less keeps each request short. 64 GiB, the most
 * that an upload may have, are 128 pieces.
 */
export const COPY_BYTES = 512 * 2 ** 20;

/**
 * Copies an object within the server to a key that has none yet, whole or not at all, as one request or several.
 *
 * @param size of the source, bytes
 * @returns false where an object is there already, or another one is just being made
 * @throws StoreError; MissingBytes where there is no source
 */
export async function copyToNew(
  bucket: S3Bucket,
  from: string,
  to: string,
  size: number,
  pieceBytes = COPY_BYTES,
): Promise<boolean> {
  const copy = (options: { new: boolean }) =>
    size > pieceBytes
      ? copyInPieces(bucket, from, to, size, pieceBytes, options)
      : bucket.copy(from, to, options);
  try {
    // A server that does not know the condition says so. Without it the same bytes may be written twice: no harm.
    await copy({ new: true }).catch((error: unknown) => {
      if (error instanceof S3Failure && error.httpStatus === 501) return copy({ new: false });
      throw error;
    });
    return true;
  } catch (error) {
    if (error instanceof S3Failure && (error.httpStatus === 412 || error.httpStatus === 409))
      return false;
    throw error;
  }
}

async function copyInPieces(
  bucket: S3Bucket,
  from: string,
  to: string,
  size: number,
  pieceBytes: number,
  options: { new: boolean },
): Promise<void> {
  const upload = await bucket.begin(to);
  try {
    for (let first = 0; first < size; first += pieceBytes) {
      const last = Math.min(first + pieceBytes, size) - 1;
      await upload.addCopy(bucket.sourceOf(from), { first, last });
    }
    await upload.complete(options);
  } catch (error) {
    await upload.abort().catch(() => undefined);
    throw error;
  }
}
