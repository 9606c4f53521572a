import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Refused, Unreachable } from '../api/api-error.js';
import { localFile, type LocalFile } from './local-file.js';
import { uploadFile, type UploadApi } from './upload-file.js';

const ticket = { attemptId: '11111111-1111-4111-8111-111111111111', fencingToken: '7' };

let folder: string;
let file: LocalFile;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-upload-'));
  await writeFile(path.join(folder, 'evidence'), 'a stale write');
  file = await localFile(path.join(folder, 'evidence'), 'evidence', 'evidence.tar.zst');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A service whose every answer is this error. */
function answering(error: Error, seen: unknown[] = []): UploadApi {
  const answer = (request: unknown): Promise<never> => {
    seen.push(request);
    return Promise.reject(error);
  };
  return { createUpload: answer, putPart: answer, showUpload: answer, completeUpload: answer };
}

it('ends when it is stopped, also while the service is away', async () => {
  const stop = new AbortController();
  const ended = uploadFile(answering(new Unreachable('away')), ticket, file, stop.signal);
  stop.abort(new Error('left'));
  await expect(ended).rejects.toThrow('left');
});

it('shows the token of its attempt, and takes a refusal as it is', async () => {
  const seen: unknown[] = [];
  const api = answering(new Refused('superseded', 'A newer attempt exists.'), seen);
  const never = new AbortController().signal;
  await expect(uploadFile(api, ticket, file, never, true)).rejects.toThrow('A newer attempt');
  const { kind, name, size, sha256 } = file;
  expect(seen).toEqual([{ ...ticket, kind, name, size, sha256, surrender: true }]);
});
