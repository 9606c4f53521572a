import { Inject, Injectable } from '@nestjs/common';
import { tryLock } from '../background/advisory-lock.js';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

/** The most events that one transaction deletes. */
const batchSize = 10_000;

/**
 * Deletes events that are older than is set, from the first one on without a gap. The last one stays, whatever its age:
 * the relay counts on from it.
 */
@Injectable()
export class EventRetention {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
    background: Background,
  ) {
    background.add({ name: 'event retention', everyMs: 60_000, turn: () => this.clean() });
  }

  async clean(): Promise<void> {
    while ((await this.cleanBatch()) === batchSize);
  }

  private cleanBatch(): Promise<number> {
    return this.database.transaction(async (sql) => {
      if (!(await tryLock(sql, 'retention'))) return 0;
      const [row] = await sql.query<{ deleted: number }>(
        `WITH first AS (
           SELECT id, number, created_at FROM events
            WHERE number < (SELECT max(number) FROM events)
            ORDER BY number LIMIT $2),
         deleted AS (
           DELETE FROM events USING first
            WHERE events.id = first.id AND first.number <= (
                  SELECT max(number) FROM first WHERE created_at < now() - make_interval(secs => $1))
           RETURNING 1)
         SELECT count(*)::int AS deleted FROM deleted`,
        [this.settings.FENCELINE_EVENT_DAYS * 86_400, batchSize],
      );
      return row!.deleted;
    });
  }
}
