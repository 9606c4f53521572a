import { Injectable } from '@nestjs/common';
import type { InputOf, operations, Run, RunDetail, RunSpec } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Run as RunRow } from '../database/generated/client.js';
import type { Sql } from '../database/sql.js';
import { readPage } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import { runProgress, type JobCount } from './run-progress.js';

/** Runs as they are. */
@Injectable()
export class RunsService {
  constructor(private readonly database: Database) {}

  async list(
    { projectId }: Principal,
    query: InputOf<typeof operations.runs.list>['query'],
  ): Promise<{ items: Run[]; next: string | null }> {
    return readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.run.findMany({
          where: {
            projectId,
            ...(query.owner !== undefined && { owner: query.owner }),
            ...(query.label !== undefined && { labels: { has: query.label } }),
            ...(query.text !== undefined && {
              name: { contains: likeText(query.text), mode: 'insensitive' as const },
            }),
            createdAt: {
              ...(query.from !== undefined && { gte: query.from }),
              ...(query.to !== undefined && { lt: query.to }),
            },
            ...after,
          },
          ...order,
        }),
      answerOf,
    );
  }

  /**
   * A run without its progress.
   *
   * @param sql the transaction that made it, where it is not committed yet
   * @throws Problem `not-found`
   */
  async find(
    { projectId }: Principal,
    runId: string,
    sql: Pick<Sql, 'query'> = this.database,
  ): Promise<Run & { spec: RunSpec }> {
    const [row] = await sql.query<RunRow>(
      `SELECT id, project_id AS "projectId", owner, name, spec, labels, job_count AS "jobCount",
              created_at AS "createdAt", cancelled_at AS "cancelledAt", from_run_id AS "fromRunId"
         FROM runs WHERE id = $1 AND project_id = $2`,
      [runId, projectId],
    );
    if (row === undefined) throw new Problem('not-found', `There is no run ${runId}.`);
    // Checked when it was submitted.
    return { ...answerOf(row), spec: row.spec as RunSpec };
  }

  /** As `find`, with what has become of its jobs. @throws Problem `not-found` */
  async show(
    principal: Principal,
    runId: string,
    sql: Pick<Sql, 'query'> = this.database,
  ): Promise<RunDetail> {
    const run = await this.find(principal, runId, sql);
    const counts = await sql.query<JobCount>(
      `SELECT state, outcome, as_expected, exit_code, count(*)::int
         FROM jobs LEFT JOIN job_outcomes ON job_id = id
        WHERE run_id = $1 GROUP BY 1, 2, 3, 4`,
      [runId],
    );
    return { ...run, progress: runProgress(counts) };
  }
}

/** Prisma takes `%` and `_` for patterns. */
function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function answerOf(row: RunRow): Run {
  const { id, projectId, owner, name, labels, jobCount, fromRunId } = row;
  return {
    id,
    projectId,
    owner,
    name,
    labels,
    jobCount,
    fromRunId,
    createdAt: row.createdAt.toISOString(),
    cancelledAt: row.cancelledAt?.toISOString() ?? null,
  };
}
