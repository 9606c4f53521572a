import { Inject, Injectable } from '@nestjs/common';
import { uploadPartLimit } from '@fenceline/contracts/api';
import { Database } from '../database/database.js';
import { Problem } from '../http/problem.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';

const MIB = 2 ** 20;

/**
 * Looks before a byte is taken whether an upload is too large, or the store too full for it. What other open uploads
 * still need counts; one of several parts needs its size twice, as they are joined in the end.
 *
 * Two that ask at the same moment may both be let in: a store that is really full refuses the part.
 */
@Injectable()
export class UploadSpace {
  constructor(
    private readonly database: Database,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem `too-large`, `no-space` */
  async check(size: number): Promise<void> {
    const limitMib = this.settings.FENCELINE_UPLOAD_LIMIT_MIB;
    if (size > limitMib * MIB) {
      throw new Problem(
        'too-large',
        `It has ${size} bytes; an upload has ${limitMib} MiB at most.`,
      );
    }
    const [row] = await this.database.query<{ bytes: string }>(
      `SELECT coalesce(sum(CASE WHEN size > $1 THEN 2 * size ELSE size END - received), 0) AS bytes
         FROM uploads WHERE state = 'open'`,
      [uploadPartLimit],
    );
    const needed = size > uploadPartLimit ? 2 * size : size;
    const reserve = this.settings.FENCELINE_ARTIFACTS_RESERVE_MIB * MIB;
    if ((await this.store.freeBytes()) - Number(row!.bytes) - needed < reserve) {
      throw new Problem('no-space', 'The artifact store has too little space for it.', {
        mend: 'Try later, or ask an administrator for space.',
      });
    }
  }
}
