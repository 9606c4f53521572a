import { Injectable } from '@nestjs/common';
import type { InputOf, operations, Rejudgement } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { cursorOf, readCursor } from '../http/cursor.js';
import type { JobRow } from '../jobs/job-row.js';
import { jobListQuery } from '../jobs/list-query.js';
import { JudgementsReader } from './judgements.reader.js';
import { rejudgementOf } from './rejudgement.js';

type Evidence = NonNullable<Rejudgement['evidence']>;

/** Says what a version of the verifier has still to judge again, and what it changed. */
@Injectable()
export class RejudgeService {
  constructor(
    private readonly database: Database,
    private readonly judgements: JudgementsReader,
  ) {}

  async list(
    principal: Principal,
    query: InputOf<typeof operations.judgements.rejudge>['query'],
  ): Promise<{ items: Rejudgement[]; next: string | null }> {
    const { cursor, limit, verifierVersion, status, ...filter } = query;
    const { projectId } = principal;
    const after = cursor === undefined ? null : readCursor(cursor);
    const { text, values } = jobListQuery({ projectId, filter, after, limit: limit + 1 });
    const rows = await this.database.query<JobRow>(text, values);
    const page = rows.slice(0, limit);
    const ids = page.map(({ id }) => id);
    const judgements = await this.judgements.ofJobs(principal, ids);
    const evidence = await this.evidenceOf(projectId, ids);
    const items = page.flatMap((job): Rejudgement[] => {
      const own = judgements.get(job.id);
      if (own === undefined) return [];
      const judged = rejudgementOf(own, verifierVersion);
      if (status !== undefined && status !== judged.status) return [];
      return [
        {
          jobId: job.id,
          scenario: job.scenario_name,
          seed: Number(job.seed),
          evidence:
            evidence
              .get(judged.first.attemptId)
              ?.find(({ sha256 }) => sha256 === judged.first.evidenceSha256) ?? null,
          ...judged,
        },
      ];
    });
    const last = page.at(-1);
    return {
      items,
      next: rows.length > limit && last ? cursorOf(last.created_at, last.id) : null,
    };
  }

  /** Attempt → evidence that it published. */
  private async evidenceOf(
    projectId: string,
    jobIds: readonly string[],
  ): Promise<Map<string, Evidence[]>> {
    const rows = await this.database.query<Evidence>(
      `SELECT artifact.id AS "artifactId", attempt.id AS "attemptId", artifact.sha256,
              blob.size::float8 AS size
         FROM attempts attempt
         JOIN artifacts artifact ON artifact.attempt_id = attempt.id AND artifact.kind = 'evidence'
         JOIN blobs blob ON blob.sha256 = artifact.sha256
        WHERE attempt.project_id = $1 AND attempt.job_id = ANY ($2)`,
      [projectId, jobIds],
    );
    const evidence = new Map<string, Evidence[]>();
    for (const row of rows) {
      evidence.set(row.attemptId, [...(evidence.get(row.attemptId) ?? []), row]);
    }
    return evidence;
  }
}
