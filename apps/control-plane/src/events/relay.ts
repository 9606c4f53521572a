import { Injectable } from '@nestjs/common';
import { tryLock } from '../background/advisory-lock.js';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';

/** The most events that are numbered in one transaction. */
const batchSize = 5000;
/** What is committed within so many ms is numbered by one transaction. */
const gatherMs = 15;

/**
 * Gives committed events their numbers: 1, 2, 3, … in the order in which they were written. One relay works at a time,
 * and a number is seen only when every smaller one is: so whoever reads what comes after N misses nothing, however late
 * a transaction commits.
 */
@Injectable()
export class Relay {
  constructor(
    private readonly database: Database,
    background: Background,
  ) {
    background.add({
      name: 'relay',
      everyMs: 1000,
      gatherMs,
      channel: 'fenceline_events',
      turn: () => this.number(),
    });
  }

  /** Numbers all that is committed. */
  async number(): Promise<void> {
    while ((await this.numberBatch()) === batchSize);
  }

  /** @returns how many got a number; 0 where another relay works */
  private numberBatch(): Promise<number> {
    return this.database.transaction(async (sql) => {
      if (!(await tryLock(sql, 'relay'))) return 0;
      // A statement of its own, so that it sees what the relay before has committed. The highest number is never deleted.
      const [row] = await sql.query<{ numbered: number }>(
        `WITH last AS (SELECT coalesce(max(number), 0) AS number FROM events),
         fresh AS (SELECT id FROM events WHERE number IS NULL ORDER BY id LIMIT $1),
         numbered AS (
           UPDATE events SET number = last.number + fresh.place
             FROM last, (SELECT id, row_number() OVER (ORDER BY id) AS place FROM fresh) AS fresh
            WHERE events.id = fresh.id
           RETURNING events.id)
         SELECT count(*)::int AS numbered,
                CASE WHEN count(*) > 0 THEN pg_notify('fenceline_numbered', '') END
           FROM numbered`,
        [batchSize],
        { prepared: true },
      );
      return row!.numbered;
    });
  }
}
