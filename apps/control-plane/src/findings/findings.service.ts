import { Injectable } from '@nestjs/common';
import type { Finding } from '@fenceline/contracts';
import {
  findingsLookBack,
  type FindingGroup,
  type InputOf,
  type operations,
} from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { groupFindings } from './group-findings.js';

interface Row {
  jobId: string;
  runId: string;
  seed: string;
  scenario: string;
  kernel: string;
  asExpected: boolean;
  at: Date;
  findings: Finding[];
}

/** What the newest violations have in common. */
@Injectable()
export class FindingsService {
  constructor(private readonly database: Database) {}

  /** Reads the findings from the judgements that decided, `findingsLookBack` at most. */
  async list(
    { projectId }: Principal,
    query: InputOf<typeof operations.findings.list>['query'],
  ): Promise<{ items: FindingGroup[]; lookedAt: number; more: boolean }> {
    const { rule, scenario, kernel, asExpected } = query;
    const rows = await this.database.query<Row>(
      `WITH violation AS (
         SELECT decided.job_id, decided.judgement_id, decided.as_expected, decided.decided_at,
                job.run_id, job.seed, job.scenario_name, job.kernel
           FROM job_outcomes decided JOIN jobs job ON job.id = decided.job_id
          WHERE decided.project_id = $1 AND decided.outcome = 'violation'
            AND ($2::text IS NULL OR $2 = ANY (decided.rules))
            AND ($3::text IS NULL OR job.scenario_name = $3)
            AND ($4::boolean IS NULL OR decided.as_expected = $4)
            AND ($5::text IS NULL OR job.kernel = $5)
          ORDER BY decided.decided_at DESC, decided.job_id DESC LIMIT $6)
       SELECT violation.job_id AS "jobId", run_id AS "runId", seed, scenario_name AS scenario,
              coalesce(kernel, (SELECT string_agg(DISTINCT ran.value->>'name', ' + ')
                                  FROM jsonb_each(document->'kernels') ran), '') AS kernel,
              violation.as_expected AS "asExpected", decided_at AS at, document->'findings' AS findings
         FROM violation JOIN judgements ON judgements.id = judgement_id
        ORDER BY decided_at DESC, violation.job_id DESC`,
      [
        projectId,
        rule ?? null,
        scenario ?? null,
        asExpected ?? null,
        kernel ?? null,
        findingsLookBack + 1,
      ],
    );
    const violations = rows
      .slice(0, findingsLookBack)
      .map((row) => ({ ...row, seed: Number(row.seed), at: row.at.toISOString() }));
    return {
      items: groupFindings(violations, rule),
      lookedAt: violations.length,
      more: rows.length > findingsLookBack,
    };
  }
}
