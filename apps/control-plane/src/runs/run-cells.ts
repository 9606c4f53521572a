import { Injectable } from '@nestjs/common';
import type { RuleName } from '@fenceline/contracts';
import type { RunCell, RunProgress } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { groupBy } from '../group-by.js';
import { runProgress, type JobCount } from './run-progress.js';
import { RunsService } from './runs.service.js';

interface CellCount extends JobCount {
  hash: string;
  name: string;
  kernel: string | null;
  rules: RuleName[] | null;
}

/** Sums of the jobs of runs: what a list or a matrix shows, without a row for each job. */
@Injectable()
export class RunCells {
  constructor(
    private readonly database: Database,
    private readonly runs: RunsService,
  ) {}

  /** By scenario, then kernel. @throws Problem `not-found` */
  async ofRun(principal: Principal, runId: string): Promise<{ items: RunCell[] }> {
    await this.runs.find(principal, runId);
    const counts = await this.database.query<CellCount>(
      `SELECT scenario_hash AS hash, scenario_name AS name, kernel,
              state, outcome, as_expected, exit_code, rules, count(*)::int
         FROM jobs LEFT JOIN job_outcomes ON job_id = id
        WHERE run_id = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        ORDER BY name, hash, kernel NULLS FIRST`,
      [runId],
    );
    const cells = groupBy(counts, ({ hash, kernel }) => JSON.stringify([hash, kernel]));
    return { items: [...cells.values()].map(cellOf) };
  }

  /** Of the runs that the project has. */
  async progress(
    { projectId }: Principal,
    runIds: readonly string[],
  ): Promise<{ items: { runId: string; progress: RunProgress }[] }> {
    const counts = await this.database.query<JobCount & { runId: string }>(
      `SELECT run_id AS "runId", state, outcome, as_expected, exit_code, count(*)::int
         FROM jobs LEFT JOIN job_outcomes ON job_id = id
        WHERE jobs.project_id = $1 AND run_id = ANY ($2::uuid[]) GROUP BY 1, 2, 3, 4, 5`,
      [projectId, runIds],
    );
    const runs = groupBy(counts, ({ runId }) => runId);
    return {
      items: [...runs].map(([runId, ofRun]) => ({ runId, progress: runProgress(ofRun) })),
    };
  }
}

function cellOf(counts: CellCount[]): RunCell {
  const { hash, name, kernel } = counts[0]!;
  return {
    scenario: { hash, name },
    kernel,
    jobs: counts.reduce((total, { count }) => total + count, 0),
    progress: runProgress(counts),
    rules: [...new Set(counts.flatMap(({ rules }) => rules ?? []))].sort(),
  };
}
