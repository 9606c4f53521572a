import type { MultipartUpload } from './multipart-upload.js';
import type { S3Bucket } from './s3-bucket.js';

/** Pieces in which a stream is sent, and so, twice this, what is held of it. 10,000 of them are more than any upload. */
export const PIECE_BYTES = 8 * 2 ** 20;

/**
 * Writes a stream as an object: in one request where it is short, else in pieces. It is there whole or not at all.
 *
 * @returns its bytes
 * @throws StoreError, and whatever the source throws
 */
export async function writeObject(
  bucket: S3Bucket,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  let size = 0;
  let held: Buffer = Buffer.alloc(0);
  let upload: MultipartUpload | undefined;
  try {
    for await (const piece of piecesOf(bytes, PIECE_BYTES)) {
      if (size > 0) {
        upload ??= await bucket.begin(key);
        await upload.add(held);
      }
      held = piece;
      size += piece.length;
    }
    if (upload === undefined) {
      await bucket.put(key, held);
    } else {
      await upload.add(held);
      await upload.complete({ new: false });
    }
    return size;
  } catch (error) {
    // What cannot be given up now goes with the staging place.
    await upload?.abort().catch(() => undefined);
    throw error;
  }
}

/** Cuts a stream into pieces of one size; the last one has what is left, and none is empty. */
async function* piecesOf(
  bytes: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (length + rest.length >= pieceBytes) {
      const cut = pieceBytes - length;
      yield Buffer.concat([...chunks, rest.subarray(0, cut)]);
      rest = rest.subarray(cut);
      chunks = [];
      length = 0;
    }
    if (rest.length > 0) chunks.push(rest);
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(chunks);
}
