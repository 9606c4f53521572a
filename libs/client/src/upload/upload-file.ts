import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Upload } from '@fenceline/contracts/api';

const partBytes = 4 * 1024 * 1024;
/** How often an upload is begun anew where what came there is not what was sent. */
const mostTries = 3;

/** The part of a service that takes one file. */
export interface UploadTarget {
  /** Announces the file, or gives the upload of it that was begun before. */
  createUpload(): Promise<Upload>;
  /** @param sha256 of the part */
  putPart(uploadId: string, offset: number, sha256: string, bytes: Uint8Array): Promise<Upload>;
  showUpload(uploadId: string): Promise<Upload>;
  completeUpload(uploadId: string): Promise<Upload>;
}

/** How whoever uploads takes what fails. */
export interface UploadManners {
  /** Asks again while the service cannot be reached, for as long as is wanted. @throws what the service refused */
  persist: <Answer>(ask: () => Promise<Answer>) => Promise<Answer>;
  /** The problem with which the service refused; null for every other error. */
  refusal: (error: unknown) => string | null;
  /** Told how far it is. */
  tell?: (upload: Upload) => void;
}

/**
 * Brings a file to a service, part by part, and goes on where it was cut. Gives back the completed upload.
 *
 * @throws what `persist` throws; an Error where the file became shorter meanwhile
 */
export async function uploadFile(
  path: string,
  target: UploadTarget,
  manners: UploadManners,
): Promise<Upload> {
  const handle = await open(path, 'r');
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await uploadOnce(handle, target, manners);
      } catch (error) {
        // It was thought abandoned, or bytes changed on their way.
        const again = ['gone', 'hash-mismatch', 'not-found'].includes(manners.refusal(error) ?? '');
        if (tries >= mostTries || !again) throw error;
      }
    }
  } finally {
    await handle.close();
  }
}

async function uploadOnce(
  handle: FileHandle,
  target: UploadTarget,
  manners: UploadManners,
): Promise<Upload> {
  let upload = await manners.persist(() => target.createUpload());
  const { id, name, size } = upload;
  manners.tell?.(upload);
  const part = Buffer.alloc(Math.min(partBytes, size));
  while (upload.received < size) {
    const { bytesRead } = await handle.read(part, 0, part.length, upload.received);
    if (bytesRead === 0) throw new Error(`${name} became shorter while it was uploaded`);
    upload = await sendPart(target, upload, part.subarray(0, bytesRead), manners);
    manners.tell?.(upload);
  }
  return await manners.persist(() => target.completeUpload(id));
}

/** Sends a part; where it was cut, or came twice, the service says from where to go on. */
async function sendPart(
  target: UploadTarget,
  { id, received }: Upload,
  bytes: Uint8Array,
  { persist, refusal }: UploadManners,
): Promise<Upload> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  let cut = false;
  return await persist(async () => {
    // After a cut nobody knows how much of the part has come.
    if (cut) {
      const now = await target.showUpload(id);
      if (now.received !== received) return now;
    }
    cut = true;
    try {
      return await target.putPart(id, received, sha256, bytes);
    } catch (error) {
      if (refusal(error) === 'conflict') return await target.showUpload(id);
      throw error;
    }
  });
}
