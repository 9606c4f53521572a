import { Inject, Injectable } from '@nestjs/common';
import { tryLock } from '../background/advisory-lock.js';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { inBatches } from './in-batches.js';

/**
 * Gives up uploads that nothing has come for, and empties staging of all that is not on its way any more: given up,
 * published, or left by a request that ended in the middle.
 */
@Injectable()
export class UploadCleaner {
  constructor(
    background: Background,
    private readonly database: Database,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {
    background.add({ name: 'uploads', everyMs: 60_000, turn: () => this.clean() });
  }

  /** One turn; another control plane's turn is not disturbed. */
  async clean(): Promise<void> {
    await this.database.query(
      `UPDATE uploads SET state = 'abandoned'
        WHERE state IN ('open', 'completed') AND expires_at < now()`,
    );
    // Committed: nothing publishes them any more, whatever becomes of this turn.
    await this.database.transaction(async (sql) => {
      if (await tryLock(sql, 'uploads')) await this.emptyStaging(sql);
    });
  }

  private async emptyStaging(sql: Sql): Promise<void> {
    for await (const ids of inBatches(this.store.stagingIds(), 500)) {
      const rows = await sql.query<{ id: string }>(
        `SELECT id FROM uploads WHERE id = ANY ($1::uuid[]) AND state IN ('open', 'completed')`,
        [ids],
      );
      const needed = new Set(rows.map(({ id }) => id));
      for (const id of ids) if (!needed.has(id)) await this.store.removeStaging(id);
    }
  }
}
