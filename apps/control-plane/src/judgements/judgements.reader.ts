import { Injectable } from '@nestjs/common';
import {
  profileNameSchema,
  ruleNameSchema,
  verdictSchema,
  verdictValueSchema,
} from '@fenceline/contracts';
import type { Judgement, JudgementDetail } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Judgement as JudgementRow } from '../database/generated/client.js';
import { Problem } from '../http/problem.js';

/** Judgements as they are. */
@Injectable()
export class JudgementsReader {
  constructor(private readonly database: Database) {}

  /**
   * The first one, which decided, first.
   *
   * @throws Problem `not-found` where there is no such job
   */
  async ofJob(principal: Principal, jobId: string): Promise<Judgement[]> {
    const judgements = (await this.ofJobs(principal, [jobId])).get(jobId);
    if (judgements !== undefined) return judgements;
    const { projectId } = principal;
    const job = await this.database.prisma.job.findUnique({ where: { id: jobId, projectId } });
    if (job === null) throw new Problem('not-found', `There is no job ${jobId}.`);
    return [];
  }

  /** Job → its judgements, the first one first; a job that was not judged is not there. */
  async ofJobs(
    { projectId }: Principal,
    jobIds: readonly string[],
  ): Promise<Map<string, Judgement[]>> {
    const rows = await this.database.prisma.judgement.findMany({
      where: { projectId, jobId: { in: [...jobIds] } },
      omit: { document: true },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    const judgements = new Map<string, Judgement[]>();
    for (const row of rows) {
      judgements.set(row.jobId, [...(judgements.get(row.jobId) ?? []), judgementOf(row)]);
    }
    return judgements;
  }

  /** @throws Problem `not-found` */
  async show({ projectId }: Principal, judgementId: string): Promise<JudgementDetail> {
    const row = await this.database.prisma.judgement.findUnique({
      where: { id: judgementId, projectId },
    });
    if (row === null) throw new Problem('not-found', `There is no judgement ${judgementId}.`);
    return { ...judgementOf(row), document: verdictSchema.parse(row.document) };
  }
}

/** A judgement as the API has it, without its document. */
export function judgementOf(row: Omit<JudgementRow, 'document'>): Judgement {
  return {
    id: row.id,
    projectId: row.projectId,
    owner: row.owner,
    jobId: row.jobId,
    attemptId: row.attemptId,
    evidenceSha256: row.evidenceSha256,
    verifierVersion: row.verifierVersion,
    profile: profileNameSchema.parse(row.profile),
    verdict: verdictValueSchema.parse(row.verdict),
    asExpected: row.asExpected,
    rules: row.rules.map((rule) => ruleNameSchema.parse(rule)),
    createdAt: row.createdAt.toISOString(),
  };
}
