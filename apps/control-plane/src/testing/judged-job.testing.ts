import { randomBytes } from 'node:crypto';
import type { Verdict } from '@fenceline/contracts';
import type { TestService } from './test-service.testing.js';
import { createJobs, verdictOf } from './work.testing.js';

export interface JudgedJobFields {
  workerId: string;
  document?: Verdict;
  kernel?: string | null;
  /** @defaultValue a run of its own */
  runId?: string;
  asExpected?: boolean;
}

/** A finished job with its judgement and outcome, as rows: what an attempt that went well would have made. */
export async function createJudgedJob(
  service: TestService,
  fields: JudgedJobFields,
): Promise<{ jobId: string; runId: string; judgementId: string }> {
  const { prisma } = service.database;
  const { workerId, document = verdictOf('violation'), kernel = null, asExpected = true } = fields;
  const owned = { projectId: service.projectId, owner: 'alice' };
  const jobId = (await createJobs(service, 1))[0]!;
  const ended = { state: 'ended', endedHow: 'done', endedAt: new Date() } as const;
  const attempt = await prisma.attempt.create({
    data: { ...owned, jobId, number: 1, workerId, ...ended },
  });
  const rules = document.findings.map(({ rule }) => rule);
  const judgement = await prisma.judgement.create({
    data: {
      ...owned,
      jobId,
      attemptId: attempt.id,
      evidenceSha256: randomBytes(32).toString('hex'),
      verifierVersion: '1.0.0',
      profile: document.profile,
      verdict: document.verdict,
      asExpected,
      rules,
      document: JSON.parse(JSON.stringify(document)) as object,
    },
  });
  const { runId } = await prisma.job.update({
    where: { id: jobId },
    data: {
      state: 'finished',
      finishedAt: new Date(),
      attemptCount: 1,
      kernel,
      ...(fields.runId !== undefined && { runId: fields.runId }),
    },
  });
  await prisma.jobOutcome.create({
    data: {
      ...owned,
      jobId,
      attemptId: attempt.id,
      judgementId: judgement.id,
      outcome: document.verdict,
      asExpected,
      exitCode: asExpected ? 0 : 1,
      rules,
      summary: 'As the spec says.',
    },
  });
  return { jobId, runId, judgementId: judgement.id };
}
