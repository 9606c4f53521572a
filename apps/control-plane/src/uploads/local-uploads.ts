import { Inject, Injectable } from '@nestjs/common';
import type { ArtifactKind } from '@fenceline/contracts/api';
import { Database } from '../database/database.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { UploadSpace } from './upload-space.js';

/** Files that the control plane itself has made: they go the same way as those that were sent. */
@Injectable()
export class LocalUploads {
  constructor(
    private readonly database: Database,
    private readonly space: UploadSpace,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * @returns the id of a completed upload
   * @throws Problem `too-large`, `no-space`
   */
  async add(
    { projectId, owner }: { projectId: string; owner: string },
    kind: ArtifactKind,
    name: string,
    { size, open }: { size: number; open: () => AsyncIterable<Uint8Array> },
  ): Promise<string> {
    await this.space.check(size);
    const expiresAt = new Date(Date.now() + this.settings.FENCELINE_UPLOAD_HOURS * 3_600_000);
    const { prisma } = this.database;
    const { id } = await prisma.upload.create({
      // The hash is known when it is read; until then nothing can complete it.
      data: { projectId, owner, kind, name, size, sha256: '', expiresAt },
    });
    const part = await this.store.stagePart(id, open());
    await part.keepAt(0);
    const { sha256 } = await this.store.assemble(id);
    await prisma.upload.update({
      where: { id },
      data: { sha256, size: part.size, received: part.size, state: 'completed' },
    });
    return id;
  }
}
