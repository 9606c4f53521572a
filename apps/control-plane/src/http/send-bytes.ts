import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { ByteRange } from '../store/artifact-store.js';
import { byteRangeOf } from './byte-range.js';
import { Problem } from './problem.js';

/** Bytes that never change, named by their hash. */
export interface HashedBytes {
  sha256: string;
  size: number;
  open: (range?: ByteRange) => Promise<Readable>;
}

/**
 * Answers with bytes: all, one range, or none where the client has them (`If-None-Match`) or asks by HEAD. The other headers
 * are set already.
 *
 * @throws Problem `range-not-satisfiable`
 */
export async function sendBytes(
  request: Pick<Request, 'method' | 'headers'>,
  response: Response,
  { sha256, size, open }: HashedBytes,
): Promise<void> {
  const tag = `"${sha256}"`;
  response.set({ ETag: tag, 'Accept-Ranges': 'bytes', 'Cache-Control': 'private, no-cache' });
  if (tagsOf(request.headers['if-none-match']).some((one) => one === tag || one === '*')) {
    response.removeHeader('Content-Type');
    response.status(304).end();
    return;
  }
  const range = mayBePart(request, tag) ? byteRangeOf(request.headers.range, size) : undefined;
  if (range === null) {
    throw new Problem('range-not-satisfiable', `The file has ${size} bytes.`, {
      headers: { 'Content-Range': `bytes */${size}` },
    });
  }
  if (range !== undefined) {
    response.status(206).set('Content-Range', `bytes ${range.first}-${range.last}/${size}`);
  }
  const length = range === undefined ? size : range.last - range.first + 1;
  if (request.method === 'HEAD' || length === 0) {
    response.set('Content-Length', String(length)).end();
    return;
  }
  const bytes = await open(range);
  response.set('Content-Length', String(length));
  await pipeline(bytes, response).catch((error: unknown) => {
    // A client that goes away before the end is nobody's mistake.
    if (!response.destroyed || response.errored !== null) throw error;
  });
}

/** A range is for GET alone, and with `If-Range` for the bytes that the client has the beginning of. */
function mayBePart({ method, headers }: Pick<Request, 'method' | 'headers'>, tag: string): boolean {
  return method === 'GET' && [undefined, tag].includes(headers['if-range'] as string | undefined);
}

/** Compared weakly, as `If-None-Match` is (RFC 9110, 13.1.2). */
function tagsOf(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}
