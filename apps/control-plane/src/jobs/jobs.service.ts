import { Injectable } from '@nestjs/common';
import type { InputOf, Job, JobDetail, operations } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { cursorOf, pageFrom, readCursor } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import { JudgementsReader } from '../judgements/judgements.reader.js';
import { WaitingReason } from '../placement/waiting-reason.js';
import { AttemptsReader } from './attempts.reader.js';
import { jobOf, type JobRow } from './job-row.js';
import { jobColumns, jobListQuery } from './list-query.js';

/** Jobs as they are. */
@Injectable()
export class JobsService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsReader,
    private readonly judgements: JudgementsReader,
    private readonly waiting: WaitingReason,
  ) {}

  async list(
    { projectId }: Principal,
    { cursor, limit, ...filter }: InputOf<typeof operations.jobs.list>['query'],
  ): Promise<{ items: Job[]; next: string | null }> {
    const after = cursor === undefined ? null : readCursor(cursor);
    const { text, values } = jobListQuery({ projectId, filter, after, limit: limit + 1 });
    const rows = await this.database.query<JobRow>(text, values);
    return pageFrom(rows, limit, (row) => cursorOf(row.created_at, row.id), jobOf);
  }

  /** @throws Problem `not-found` */
  async show(principal: Principal, jobId: string): Promise<JobDetail> {
    const row = await this.find(principal, jobId);
    const [whyWaiting, attempts, judgements, artifacts] = await Promise.all([
      row.state === 'queued' ? this.waiting.of(principal.projectId, row.needs) : null,
      this.attempts.ofJob(principal, jobId),
      this.judgements.ofJobs(principal, [jobId]),
      this.attempts.artifacts(principal, jobId),
    ]);
    return {
      ...jobOf(row),
      pinned: row.pinned,
      needs: row.needs,
      whyWaiting,
      attempts,
      judgements: judgements.get(jobId) ?? [],
      artifacts,
    };
  }

  /** @throws Problem `not-found` */
  async find({ projectId }: Principal, jobId: string): Promise<JobRow> {
    const [row] = await this.database.query<JobRow>(
      `SELECT ${jobColumns} FROM jobs job LEFT JOIN job_outcomes outcome ON outcome.job_id = job.id
        WHERE job.project_id = $1 AND job.id = $2`,
      [projectId, jobId],
    );
    if (row === undefined) throw new Problem('not-found', `There is no job ${jobId}.`);
    return row;
  }
}
