import { connect } from 'node:net';
import { sha256Of } from './uploads.testing.js';

/**
 * Sends a part whose connection breaks after some of its bytes, or after all of them and before an answer is read.
 * Resolves when the connection is closed.
 */
export async function sendCutPart(
  url: string,
  token: string,
  uploadId: string,
  offset: number,
  part: Uint8Array,
  cutAt: number,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const head = [
    `PUT /api/v1/worker/uploads/${uploadId}/parts?offset=${offset}&sha256=${sha256Of(part)} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/octet-stream',
    `Content-Length: ${part.length}`,
    '',
    '',
  ].join('\r\n');
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.write(head);
    socket.write(part.subarray(0, cutAt), () => socket.destroy());
  });
}
