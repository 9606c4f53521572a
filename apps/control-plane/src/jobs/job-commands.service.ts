import { Injectable } from '@nestjs/common';
import type { JobDetail } from '@fenceline/contracts/api';
import { checkMayChange } from '../access/check-may-change.js';
import type { Principal } from '../access/principal.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import { appendEvent } from '../events/append-event.js';
import { Problem } from '../http/problem.js';
import { JobLifecycle } from '../state/job-lifecycle.js';
import { JobsService } from './jobs.service.js';

/** What people do with one job. */
@Injectable()
export class JobCommandsService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsService,
    private readonly lifecycle: JobLifecycle,
  ) {}

  /** @throws Problem `conflict` where it has finished otherwise */
  async cancel(principal: Principal, jobId: string): Promise<JobDetail> {
    const job = await this.jobs.find(principal, jobId);
    checkMayChange(principal, 'job', job);
    await this.database.transaction(async (sql) => {
      const changed = await this.lifecycle.cancel(sql, jobId, principal.owner);
      if (changed) await recordChange(sql, jobId);
    });
    return this.jobs.show(principal, jobId);
  }

  /** @throws Problem `conflict` where it has finished */
  async prioritise(principal: Principal, jobId: string, priority: number): Promise<JobDetail> {
    const job = await this.jobs.find(principal, jobId);
    checkMayChange(principal, 'job', job);
    await this.database.transaction(async (sql) => {
      const changed = await sql.query(
        `UPDATE jobs SET priority = $2 WHERE id = $1 AND state <> 'finished' RETURNING id`,
        [jobId, priority],
      );
      if (changed.length === 0) throw new Problem('conflict', 'This job has finished.');
      await appendEvent(sql, {
        projectId: job.project_id,
        owner: job.owner,
        type: 'job.priority',
        runId: job.run_id,
        jobId,
        data: { priority },
      });
      await recordChange(sql, jobId);
      await sql.query(`SELECT pg_notify('fenceline_placement', '')`);
    });
    return this.jobs.show(principal, jobId);
  }
}
