import { Injectable } from '@nestjs/common';
import type { InputOf, MarginPoint, MarginSeries, operations } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { groupBy } from '../group-by.js';

interface Row extends Omit<MarginPoint, 'at' | 'seed'> {
  scenario: string;
  kernel: string | null;
  seed: string;
  at: Date;
}

/** How near to a violation the newest jobs came. */
@Injectable()
export class MarginsService {
  constructor(private readonly database: Database) {}

  /** Reads the margins from the judgements that decided. */
  async list(
    { projectId }: Principal,
    { scenario, runId, limit }: InputOf<typeof operations.margins.list>['query'],
  ): Promise<{ items: MarginSeries[] }> {
    const rows = await this.database.query<Row>(
      `WITH judged AS (
         SELECT job.id, job.run_id, job.seed, job.scenario_name, job.kernel, job.created_at,
                decided.outcome, decided.decided_at, decided.judgement_id
           FROM jobs job JOIN job_outcomes decided ON decided.job_id = job.id
          WHERE job.project_id = $1 AND decided.judgement_id IS NOT NULL
            AND ($2::text IS NULL OR job.scenario_name = $2)
            AND ($3::uuid IS NULL OR job.run_id = $3)
          ORDER BY job.created_at DESC, job.id DESC LIMIT $4)
       SELECT judged.id AS "jobId", run_id AS "runId", seed, scenario_name AS scenario, kernel,
              outcome, profile, decided_at AS at,
              smallest.first_retry AS "firstRetryMs", smallest.last_apply AS "lastApplyMs"
         FROM judged JOIN judgements ON judgements.id = judgement_id
        CROSS JOIN LATERAL (
          SELECT min((margin->>'firstRetryMinusFenceEndMs')::float8) AS first_retry,
                 min((margin->>'targetFenceEndMinusLastApplyMs')::float8) AS last_apply
            FROM jsonb_array_elements(document->'margins') margin) smallest
        ORDER BY scenario_name, kernel NULLS FIRST, judged.created_at, judged.id`,
      [projectId, scenario ?? null, runId ?? null, limit],
    );
    const series = groupBy(rows, (row) => JSON.stringify([row.scenario, row.kernel]));
    return {
      items: [...series.values()].map((ofSeries) => ({
        scenario: ofSeries[0]!.scenario,
        kernel: ofSeries[0]!.kernel,
        points: ofSeries.map(pointOf),
      })),
    };
  }
}

function pointOf(row: Row): MarginPoint {
  const { jobId, runId, seed, at, outcome, profile, firstRetryMs, lastApplyMs } = row;
  return {
    jobId,
    runId,
    seed: Number(seed),
    at: at.toISOString(),
    outcome,
    profile,
    firstRetryMs,
    lastApplyMs,
  };
}
