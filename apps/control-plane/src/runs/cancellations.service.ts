import { Injectable } from '@nestjs/common';
import type { RunDetail } from '@fenceline/contracts/api';
import { checkMayChange } from '../access/check-may-change.js';
import type { Principal } from '../access/principal.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import { appendEvent } from '../events/append-event.js';
import { JobLifecycle } from '../state/job-lifecycle.js';
import { RunsService } from './runs.service.js';

/** Cancels runs. */
@Injectable()
export class CancellationsService {
  constructor(
    private readonly database: Database,
    private readonly runs: RunsService,
    private readonly lifecycle: JobLifecycle,
  ) {}

  /** Cancels every job of a run that has not finished, all in one transaction. To ask again is no error. */
  async cancel(principal: Principal, runId: string): Promise<RunDetail> {
    const { projectId, owner } = await this.runs.find(principal, runId);
    checkMayChange(principal, 'run', { owner });
    const by = principal.owner;
    await this.database.transaction(async (sql) => {
      const first = await sql.query(
        'UPDATE runs SET cancelled_at = now() WHERE id = $1 AND cancelled_at IS NULL RETURNING id',
        [runId],
      );
      if (first.length > 0) {
        await appendEvent(sql, { projectId, owner, type: 'run.cancelled', runId, data: { by } });
      }
      const jobs = await sql.query<{ id: string }>(
        `SELECT id FROM jobs WHERE run_id = $1 AND state <> 'finished'`,
        [runId],
      );
      const cancelled = await this.lifecycle.cancelAll(
        sql,
        jobs.map(({ id }) => id),
        by,
      );
      if (first.length > 0 || cancelled > 0) await recordChange(sql, runId);
    });
    return this.runs.show(principal, runId);
  }
}
