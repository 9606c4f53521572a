import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Upload } from '@fenceline/contracts/api';
import { isRefused } from '../api/api-error.js';
import { untilReached } from '../api/back-off.js';
import type { NewUpload, Ticket, WorkerApi } from '../api/worker-api.js';
import type { LocalFile } from './local-file.js';

const partBytes = 4 * 1024 * 1024;
/** How often an upload is begun anew, or a part sent again, where what came there is not what was sent. */
const mostTries = 3;

/** The part of the service that takes files. */
export type UploadApi = Pick<
  WorkerApi,
  'createUpload' | 'putPart' | 'showUpload' | 'completeUpload'
>;

/**
 * Brings a file to the service, part by part, and goes on where it was cut. Gives back the number of the upload.
 *
 * @param stop ends it; the service removes what was never completed
 * @param surrender it is of a superseded attempt
 * @throws Refused, and the reason of `stop`
 */
export async function uploadFile(
  api: UploadApi,
  ticket: Ticket,
  file: LocalFile,
  stop: AbortSignal,
  surrender = false,
): Promise<string> {
  const handle = await open(file.path, 'r');
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await uploadOnce(api, { ...ticket, surrender }, file, handle, stop);
      } catch (error) {
        // It was thought abandoned, or bytes changed on their way.
        if (tries >= mostTries || !isRefused(error, 'gone', 'hash-mismatch', 'not-found')) {
          throw error;
        }
      }
    }
  } finally {
    await handle.close();
  }
}

async function uploadOnce(
  api: UploadApi,
  of: Pick<NewUpload, 'attemptId' | 'fencingToken' | 'surrender'>,
  { kind, name, size, sha256 }: LocalFile,
  handle: FileHandle,
  stop: AbortSignal,
): Promise<string> {
  const create = () => api.createUpload({ ...of, kind, name, size, sha256 });
  let upload = await untilReached(create, stop);
  const part = Buffer.alloc(Math.min(partBytes, size));
  while (upload.received < size) {
    const { bytesRead } = await handle.read(part, 0, part.length, upload.received);
    if (bytesRead === 0) throw new Error(`${name} became shorter while it was uploaded`);
    upload = await sendPart(api, upload, part.subarray(0, bytesRead), stop);
  }
  const { id } = upload;
  const completed = await untilReached(() => api.completeUpload(id), stop);
  return completed.id;
}

/** Sends a part; where it was cut, or came twice, the service says from where to go on. */
async function sendPart(
  api: UploadApi,
  { id, received }: Upload,
  bytes: Uint8Array,
  stop: AbortSignal,
): Promise<Upload> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  let cut = false;
  return await untilReached(async () => {
    // After a cut nobody knows how much of the part has come.
    if (cut) {
      const now = await api.showUpload(id);
      if (now.received !== received) return now;
    }
    cut = true;
    try {
      return await api.putPart(id, received, sha256, bytes);
    } catch (error) {
      if (isRefused(error, 'conflict')) return await api.showUpload(id);
      throw error;
    }
  }, stop);
}
