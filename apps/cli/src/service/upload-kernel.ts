import { stat } from 'node:fs/promises';
import path from 'node:path';
import { answerOf, ServiceProblem } from '@fenceline/client';
import { uploadFile, type UploadTarget } from '@fenceline/client/upload';
import {
  defaultCacheDir,
  KernelRegistry,
  packKernel,
  sha256File,
  withTemporaryFolder,
  type KernelImage,
  type Progress as Tell,
} from '@fenceline/vm';
import { addKernelFiles, namesFiles, type KernelFileOptions } from '../kernels/kernel-files.js';
import type { Progress } from '../progress/progress.js';
import { UsageError } from '../usage-error.js';
import { BegunUploads } from './begun-uploads.js';
import type { Kernel } from './documents.js';
import type { Service } from './open-service.js';
import { withPatience } from './patience.js';
import { sendOnce } from './send-once.js';
import { byteSize } from './text.js';

/**
 * Packs a kernel as the control plane takes it, uploads it, and registers it under a name. An upload that was cut goes on where
 * it was, also when the whole is done again: the same kernel gives the same bytes.
 *
 * @param files of the kernel; where none is named, it is the one that `fenceline kernels` has under this name
 * @throws UsageError for files that are no kernel; ServiceProblem for what the service refuses
 */
export async function uploadKernel(
  service: Service,
  name: string,
  files: KernelFileOptions,
  progress: Progress,
): Promise<Kernel> {
  return await withTemporaryFolder(defaultCacheDir(), async (folder) => {
    progress.stage('pack', name);
    const kernel = await kernelOf(folder, name, files, (step) => progress.status(step));
    const packed = path.join(folder, 'kernel.tar.zst');
    await packKernel(kernel, packed);
    const { size } = await stat(packed);
    const sha256 = await sha256File(packed);
    progress.stage('upload', `${name}, ${byteSize(size)}`);
    const begun = new BegunUploads(service.url, sha256);
    const { id: uploadId } = await uploadFile(packed, targetOf(service, { size, sha256 }, begun), {
      persist: (ask) => withPatience(ask, (why) => progress.note(why)),
      refusal: (error) => (error instanceof ServiceProblem ? error.type : null),
      tell: ({ received }) =>
        progress.status(`${name}, ${byteSize(received)} of ${byteSize(size)}`),
    });
    progress.stage('register', name);
    const body = { name, uploadId };
    const registered = await sendOnce((header) =>
      answerOf(service.client.POST('/kernels', { params: { header }, body })),
    );
    await begun.forget();
    return registered;
  });
}

async function kernelOf(
  folder: string,
  name: string,
  files: KernelFileOptions,
  tell: Tell,
): Promise<KernelImage> {
  if (namesFiles(files)) return await addKernelFiles(new KernelRegistry(folder), name, files, tell);
  if (files.capability.length > 0) {
    throw new UsageError(
      '--capability goes with files that are named: a kernel of yours has its own.',
    );
  }
  const own = (await new KernelRegistry().list()).find((kernel) => kernel.name === name);
  if (own !== undefined) return own;
  throw new UsageError(
    `Give --image with --modules, or --deb: there is no kernel ${name} on this machine (fenceline kernels).`,
  );
}

/** The service, as it takes a packed kernel. */
function targetOf(
  { client }: Service,
  { size, sha256 }: { size: number; sha256: string },
  begun: BegunUploads,
): UploadTarget {
  const paramsOf = (uploadId: string) => ({ path: { uploadId } });
  const showUpload = (uploadId: string) =>
    answerOf(client.GET('/uploads/{uploadId}', { params: paramsOf(uploadId) }));
  return {
    showUpload,
    async createUpload() {
      const before = await begun.find(showUpload);
      if (before !== null) return before;
      const body = { kind: 'kernel' as const, name: 'kernel.tar.zst', size, sha256 };
      const upload = await answerOf(client.POST('/uploads', { body }));
      await begun.remember(upload.id);
      return upload;
    },
    putPart: (uploadId, offset, partSha256, bytes) =>
      answerOf(
        client.PUT('/uploads/{uploadId}/parts', {
          params: { ...paramsOf(uploadId), query: { offset, sha256: partSha256 } },
          // The document has bytes as a string; what is sent are the bytes themselves.
          body: '',
          bodySerializer: () => bytes,
          headers: { 'content-type': 'application/octet-stream' },
        }),
      ),
    completeUpload: (uploadId) =>
      answerOf(client.POST('/uploads/{uploadId}/complete', { params: paramsOf(uploadId) })),
  };
}
