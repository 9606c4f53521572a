import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { defaultCacheDir, withTemporaryFolder } from '@fenceline/vm';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { tryLock } from '../../background/advisory-lock.js';
import { Background } from '../../background/background.js';
import type { Loop } from '../../background/loop.js';
import { Database } from '../../database/database.js';
import { messageOf } from '../../message-of.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../../store/artifact-store.js';
import { LocalUploads } from '../../uploads/local-uploads.js';
import { buildsChannel, ImageBuilds, type WantedImages } from './image-builds.js';
import { ImageMaker } from './image-maker.js';
import { ImagesService } from './images.service.js';
import type { MadeImage } from './messages.js';

/**
 * Builds the guest images of kernels, one kernel at a time for all control planes: of those that were registered, and of all
 * when a new version of Fenceline makes them of something else. One that was broken off is begun again.
 */
@Injectable()
export class ImageBuilder implements OnModuleDestroy {
  private readonly loop: Loop;
  private readonly cacheDir = defaultCacheDir();
  private readonly stop = new AbortController();

  constructor(
    background: Background,
    private readonly database: Database,
    private readonly builds: ImageBuilds,
    private readonly maker: ImageMaker,
    private readonly images: ImagesService,
    private readonly uploads: LocalUploads,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {
    this.loop = background.add({
      name: 'guest images',
      everyMs: 30_000,
      channel: buildsChannel,
      turn: () => this.turn(),
    });
  }

  /** What is being made is left: the next start makes it. */
  onModuleDestroy(): void {
    this.stop.abort(new Error('the control plane stops'));
  }

  private async turn(): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (!(await tryLock(sql, 'images'))) return;
      await this.builds.wantMissing();
      const next = await this.builds.next();
      if (next === undefined) return;
      await this.build(next);
      this.loop.wake();
    });
  }

  private async build(wanted: WantedImages): Promise<void> {
    await withTemporaryFolder(this.cacheDir, async (folder) => {
      for (const made of await this.make(wanted, folder)) await this.keep(wanted, made);
    });
  }

  private async make(wanted: WantedImages, folder: string): Promise<MadeImage[]> {
    const { name, sha256, roles } = wanted;
    let told = this.builds.building(wanted, 'taking the kernel out of the store');
    await told;
    try {
      const packedKernel = path.join(folder, 'kernel.tar.zst');
      await pipeline(await this.store.open(sha256), createWriteStream(packedKernel));
      const work = path.join(folder, 'work');
      await mkdir(work);
      const tell = (message: string): void => {
        // Only for those who watch: what goes wrong here does not stop the work.
        told = told.then(() => this.builds.building(wanted, message)).catch(() => undefined);
      };
      const request = { name, packedKernel, roles, folder: work };
      return await this.maker.make(request, tell, this.stop.signal);
    } catch (error) {
      // What was stopped has not failed.
      this.stop.signal.throwIfAborted();
      return roles.map((role) => ({ role, failure: messageOf(error) }));
    } finally {
      await told;
    }
  }

  private async keep(wanted: WantedImages, made: MadeImage): Promise<void> {
    const { kernelId, name, sha256, projectId, owner } = wanted;
    const { role } = made;
    try {
      if ('failure' in made) throw new Error(made.failure);
      const { file } = made;
      const owned = { projectId, owner };
      const { size } = await stat(file);
      const fileName = `${name.replace(':', '-')}-${role}.tar.zst`;
      const uploadId = await this.uploads.add(owned, 'image', fileName, {
        size,
        open: () => createReadStream(file),
      });
      await this.images.registerBuilt(owned, { kernelId, name, sha256 }, uploadId);
    } catch (error) {
      await this.builds.failed(kernelId, role, messageOf(error));
    }
  }
}
