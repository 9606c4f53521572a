import { Injectable } from '@nestjs/common';
import type { InputOf, operations, Run, RunDetail, RunSpec } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Run as RunRow } from '../database/generated/client.js';
import { cursorOf, pageAfter, pageFrom } from '../http/cursor.js';
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
    const rows = await this.database.prisma.run.findMany({
      where: {
        projectId,
        ...(query.owner !== undefined && { owner: query.owner }),
        ...pageAfter(query.cursor, 'id'),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: query.limit + 1,
    });
    return pageFrom(rows, query.limit, ({ createdAt, id }) => cursorOf(createdAt, id), answerOf);
  }

  /** @throws Problem `not-found` */
  async show({ projectId }: Principal, runId: string): Promise<RunDetail> {
    const row = await this.database.prisma.run.findUnique({ where: { id: runId, projectId } });
    if (row === null) throw new Problem('not-found', `There is no run ${runId}.`);
    const counts = await this.database.query<JobCount>(
      `SELECT state, outcome, as_expected, exit_code, count(*)::int
         FROM jobs LEFT JOIN job_outcomes ON job_id = id
        WHERE run_id = $1 GROUP BY 1, 2, 3, 4`,
      [runId],
    );
    return {
      ...answerOf(row),
      // Checked when it was submitted.
      spec: row.spec as RunSpec,
      progress: runProgress(counts),
    };
  }
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
