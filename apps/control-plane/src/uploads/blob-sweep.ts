import { Inject, Injectable } from '@nestjs/common';
import { tryLock } from '../background/advisory-lock.js';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { blobLock } from './blob-lock.js';
import { inBatches } from './in-batches.js';

const HOUR_MS = 3_600_000;

/** Removes bytes that lie under their hash and are no artifact: what was prepared for a transaction that failed. */
@Injectable()
export class BlobSweep {
  constructor(
    background: Background,
    private readonly database: Database,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {
    background.add({ name: 'blobs', everyMs: HOUR_MS, turn: () => this.sweep() });
  }

  /**
   * One turn. A transaction that is about to give a blob its artifact holds the blob's lock: such a blob is left alone, and
   * one that was removed just before is put there again by that transaction.
   *
   * @param olderThanMs younger ones are left: they are likely to be prepared for a transaction
   */
  async sweep(olderThanMs = HOUR_MS): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (!(await tryLock(sql, 'blobs'))) return;
      for await (const blobs of inBatches(this.store.blobs(), 500)) {
        const old = blobs.filter(({ storedAt }) => storedAt.getTime() <= Date.now() - olderThanMs);
        const rows = await sql.query<{ sha256: string }>(
          `SELECT hash AS sha256 FROM unnest($1::text[]) AS hash
            WHERE NOT EXISTS (SELECT FROM artifacts WHERE sha256 = hash)`,
          [old.map(({ sha256 }) => sha256)],
        );
        for (const { sha256 } of rows) await this.remove(sha256);
      }
    });
  }

  private async remove(sha256: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      const [row] = await sql.query<{ taken: boolean }>(
        `SELECT pg_try_advisory_xact_lock(${blobLock('$1::text')}) AS taken`,
        [sha256],
      );
      if (!row!.taken) return;
      // Asked again: it may have become an artifact before the lock was taken.
      const [artifact] = await sql.query('SELECT 1 FROM artifacts WHERE sha256 = $1 LIMIT 1', [
        sha256,
      ]);
      if (artifact !== undefined) return;
      await sql.query('DELETE FROM blobs WHERE sha256 = $1', [sha256]);
      await this.store.removeBlob(sha256);
    });
  }
}
