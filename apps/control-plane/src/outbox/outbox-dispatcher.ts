import { Injectable } from '@nestjs/common';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';
import { Doorbell } from '../redis/doorbell.js';

const everyMs = 1000;
/** What comes within so many ms is rung together. */
const gatherMs = 15;
/** Rows of one batch. */
const batch = 200;
/** Longest wait for Redis to take a doorbell, ms. */
const ringMs = 2000;
/** Rest before a row is tried again, s; twice as long after each try. */
const firstRestS = 1;
const longestRestS = 30;

interface Row {
  id: string;
  worker_id: string;
  attempt_id: string;
  /** Whether the attempt still waits to be claimed. */
  due: boolean;
}

/**
 * Rings the doorbells that committed transactions have left in the outbox. A row is gone once it was rung; one that could
 * not be rung comes again later. A doorbell may be rung twice, and a control plane may end in between: both are harmless,
 * as a claim counts once and workers ask by themselves too.
 */
@Injectable()
export class OutboxDispatcher {
  constructor(
    private readonly database: Database,
    private readonly doorbell: Doorbell,
    background: Background,
  ) {
    const loop = background.add({
      name: 'outbox',
      everyMs,
      gatherMs,
      channel: 'fenceline_outbox',
      turn: () => this.dispatch(),
    });
    doorbell.redis.on('ready', () => {
      this.ringAgain().then(
        () => loop.wake(),
        // Postgres is away: workers ask by themselves.
        () => undefined,
      );
    });
  }

  /** Rings all that is due. */
  async dispatch(): Promise<void> {
    while (this.doorbell.up) {
      const rows = await this.take();
      const rung = await Promise.all(
        rows.map((row) =>
          this.ring(row).then(
            () => true,
            () => false,
          ),
        ),
      );
      const done = rows.filter((_, index) => rung[index]).map(({ id }) => id);
      if (done.length > 0)
        await this.database.query('DELETE FROM outbox WHERE id = ANY ($1)', [done], {
          prepared: true,
        });
      if (rows.length < batch || done.length < rows.length) return;
    }
  }

  /** A Redis that is stopped neither answers nor fails: it is not waited for. */
  private async ring({ worker_id, attempt_id, due }: Row): Promise<void> {
    if (!due) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('Redis does not answer')), ringMs);
    });
    await Promise.race([this.doorbell.ring(worker_id, attempt_id), late]).finally(() =>
      clearTimeout(timer),
    );
  }

  /** Takes rows for the time of their rest: no other control plane rings them meanwhile. */
  private take(): Promise<Row[]> {
    return this.database.query<Row>(
      `UPDATE outbox
          SET tries = tries + 1,
              available_at = now() + make_interval(secs => least($2 * 2 ^ least(tries, 10), $3))
        WHERE id IN (SELECT id FROM outbox WHERE kind = 'doorbell' AND available_at <= now()
                      ORDER BY available_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id, payload ->> 'workerId' AS worker_id, payload ->> 'attemptId' AS attempt_id,
                 EXISTS (SELECT FROM attempts
                          WHERE attempts.id = (payload ->> 'attemptId')::uuid
                            AND ended_at IS NULL AND (state = 'assigned' OR cancel_asked)) AS due`,
      [batch, firstRestS, longestRestS],
      { prepared: true },
    );
  }

  /** Redis is back, perhaps empty: every assignment that was not claimed is to be rung again. */
  private async ringAgain(): Promise<void> {
    await this.database.query(
      `WITH due AS (UPDATE outbox SET available_at = now() WHERE kind = 'doorbell' AND available_at > now())
       INSERT INTO outbox (kind, payload)
       SELECT 'doorbell', jsonb_build_object('workerId', worker_id, 'attemptId', id)
         FROM attempts
        WHERE state = 'assigned' AND ended_at IS NULL
          AND NOT EXISTS (SELECT FROM outbox WHERE payload ->> 'attemptId' = attempts.id::text)`,
    );
  }
}
