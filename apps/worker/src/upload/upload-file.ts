import { uploadFile as uploadTo } from '@fenceline/client/upload';
import { Refused } from '../api/api-error.js';
import { untilReached } from '../api/back-off.js';
import type { Ticket, WorkerApi } from '../api/worker-api.js';
import type { LocalFile } from './local-file.js';

/** The part of the service that takes files. */
export type UploadApi = Pick<
  WorkerApi,
  'createUpload' | 'putPart' | 'showUpload' | 'completeUpload'
>;

/**
 * Brings a file of an attempt to the service, for as long as that takes. Gives back the number of the upload.
 *
 * @param stop ends it; the service removes what was never completed
 * @param surrender it is of a superseded attempt
 * @throws Refused, and the reason of `stop`
 */
export async function uploadFile(
  api: UploadApi,
  ticket: Ticket,
  { path, kind, name, size, sha256 }: LocalFile,
  stop: AbortSignal,
  surrender = false,
): Promise<string> {
  const target = {
    createUpload: () => api.createUpload({ ...ticket, surrender, kind, name, size, sha256 }),
    putPart: api.putPart.bind(api),
    showUpload: api.showUpload.bind(api),
    completeUpload: api.completeUpload.bind(api),
  };
  const { id } = await uploadTo(path, target, {
    persist: (ask) => untilReached(ask, stop),
    refusal: (error) => (error instanceof Refused ? error.problem : null),
  });
  return id;
}
