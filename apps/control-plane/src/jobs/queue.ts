import { Injectable } from '@nestjs/common';
import type { QueueGroup } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { WaitingReason } from '../placement/waiting-reason.js';

interface Row extends Omit<QueueGroup, 'oldestQueuedAt' | 'whyWaiting'> {
  oldestQueuedAt: Date;
}

/** What waits. */
@Injectable()
export class Queue {
  constructor(
    private readonly database: Database,
    private readonly waiting: WaitingReason,
  ) {}

  /** Jobs that need the same wait for the same reason: it is looked for once for each kind. */
  async show({ projectId }: Principal): Promise<{ items: QueueGroup[] }> {
    const rows = await this.database.query<Row>(
      `SELECT needs, count(*)::int AS jobs, min(queued_at) AS "oldestQueuedAt",
              (array_agg(id ORDER BY priority DESC, queued_at, id))[1] AS "firstJobId",
              (array_agg(DISTINCT scenario_name))[1:5] AS scenarios
         FROM jobs WHERE project_id = $1 AND state = 'queued'
        GROUP BY needs ORDER BY min(queued_at)`,
      [projectId],
    );
    const items: QueueGroup[] = [];
    for (const row of rows) {
      const whyWaiting = await this.waiting.of(projectId, row.needs);
      items.push({ ...row, oldestQueuedAt: row.oldestQueuedAt.toISOString(), whyWaiting });
    }
    return { items };
  }
}
