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

  /** The first one, which decided, first. */
  async ofJob({ projectId }: Principal, jobId: string): Promise<Judgement[]> {
    const rows = await this.database.prisma.judgement.findMany({
      where: { projectId, jobId },
      omit: { document: true },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(judgementOf);
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
