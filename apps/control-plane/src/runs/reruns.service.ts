import { Injectable } from '@nestjs/common';
import type { RunDetail } from '@fenceline/contracts/api';
import { checkMayChange } from '../access/check-may-change.js';
import type { Principal } from '../access/principal.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import { keepAnswer } from '../http/idempotency/keep-answer.js';
import { Problem } from '../http/problem.js';
import { insertCopies, insertRun } from './insert-run.js';
import { RunsService } from './runs.service.js';

/**
 * Runs jobs again, as a new run. It is the same experiment: the kernels that were pinned for the job stay, whatever
 * their names stand for now. (A clone resolves them anew.)
 */
@Injectable()
export class RerunsService {
  constructor(
    private readonly database: Database,
    private readonly runs: RunsService,
  ) {}

  /** @throws Problem `conflict` where no job of the run is meant */
  async run(principal: Principal, runId: string, which: 'all' | 'failed'): Promise<RunDetail> {
    const ids = await this.database.query<{ id: string }>(
      `SELECT job.id FROM jobs job LEFT JOIN job_outcomes outcome ON outcome.job_id = job.id
        WHERE job.project_id = $1 AND job.run_id = $2 AND ($3 = 'all' OR outcome.exit_code <> 0)`,
      [principal.projectId, runId, which],
    );
    return this.copy(
      principal,
      runId,
      ids.map(({ id }) => id),
    );
  }

  async job(principal: Principal, jobId: string): Promise<RunDetail> {
    const [job] = await this.database.query<{ run_id: string }>(
      'SELECT run_id FROM jobs WHERE project_id = $1 AND id = $2',
      [principal.projectId, jobId],
    );
    if (job === undefined) throw new Problem('not-found', `There is no job ${jobId}.`);
    return this.copy(principal, job.run_id, [jobId]);
  }

  private async copy(
    principal: Principal,
    fromRunId: string,
    jobIds: readonly string[],
  ): Promise<RunDetail> {
    const from = await this.runs.find(principal, fromRunId);
    checkMayChange(principal, 'run', from);
    if (jobIds.length === 0) {
      throw new Problem('conflict', 'No job of this run has failed.', {
        mend: 'Wait until its jobs are finished, or run all of them again.',
      });
    }
    const { name, spec } = from;
    return this.database.transaction(async (sql) => {
      const copy = { name, spec, jobCount: jobIds.length, fromRunId };
      const id = await insertRun(sql, principal, copy);
      await insertCopies(sql, principal, id, jobIds);
      const run = await this.runs.show(principal, id, sql);
      await recordChange(sql, id);
      await keepAnswer(sql, run);
      return run;
    });
  }
}
