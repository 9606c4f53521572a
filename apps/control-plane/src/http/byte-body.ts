import type { Request } from 'express';
import { Problem } from './problem.js';

/** The body of an operation that takes bytes. @throws Problem `wrong-type` where it is said to be anything else */
export function byteBody(request: Request): AsyncIterable<Uint8Array> {
  if (request.is('application/octet-stream') === false) {
    throw new Problem('wrong-type', 'The body must be bytes.', {
      mend: 'Send `Content-Type: application/octet-stream`.',
    });
  }
  return request;
}
