import { createHash } from 'node:crypto';
import type { Upload } from '@fenceline/contracts/api';
import type { TestAttempt } from '../testing/attempt.testing.js';
import { expect } from 'vitest';

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Announces bytes as a file of an attempt. */
export async function announce(
  { worker, attemptId, fencingToken }: TestAttempt,
  bytes: Uint8Array,
  fields: { kind?: Upload['kind']; name?: string; sha256?: string; surrender?: boolean } = {},
): Promise<Upload> {
  const { data, error } = await worker.POST('/worker/uploads', {
    body: {
      kind: 'evidence',
      name: 'evidence.tar.zst',
      size: bytes.length,
      sha256: sha256Of(bytes),
      attemptId,
      fencingToken,
      ...fields,
    },
  });
  expect(error).toBeUndefined();
  return data!;
}

/** Sends a part, and gives back the answer of the server whatever it is. */
export async function sendPart(
  url: string,
  token: string,
  uploadId: string,
  offset: number,
  part: Uint8Array,
  options: { sha256?: string; type?: string; of?: 'worker/uploads' | 'uploads' } = {},
): Promise<{ status: number; body: Upload & { type?: string; detail?: string } }> {
  const {
    sha256 = sha256Of(part),
    type = 'application/octet-stream',
    of = 'worker/uploads',
  } = options;
  const response = await fetch(
    `${url}/api/v1/${of}/${uploadId}/parts?offset=${offset}&sha256=${sha256}`,
    {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: Buffer.from(part),
    },
  );
  return { status: response.status, body: (await response.json()) as Upload };
}

/** Uploads bytes for an attempt, whole. @returns the completed upload */
export async function uploadWhole(
  url: string,
  attempt: TestAttempt,
  bytes: Uint8Array,
  fields: Parameters<typeof announce>[2] = {},
): Promise<Upload> {
  const { id } = await announce(attempt, bytes, fields);
  if (bytes.length > 0) {
    const sent = await sendPart(url, attempt.credential, id, 0, bytes);
    expect(sent.status).toBe(200);
  }
  const { data } = await attempt.worker.POST('/worker/uploads/{uploadId}/complete', {
    params: { path: { uploadId: id } },
  });
  expect(data?.state).toBe('completed');
  return data!;
}
