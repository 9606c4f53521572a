import { createHash, randomUUID } from 'node:crypto';
import type { Verdict } from '@fenceline/contracts';
import type { TestService } from './test-service.testing.js';
import { createJobs, verdictOf } from './work.testing.js';

/** A job that a worker judged, with the evidence that it published. */
export interface JudgedJob {
  jobId: string;
  runId: string;
  attemptId: string;
  /** Of the evidence. */
  sha256: string;
  first: { id: string; rules: string[] };
}

/** What a version of the verifier says of the job of `createJudgedJob`. */
export function judgedDocument(verdict: Verdict['verdict'], version: string): Verdict {
  return { ...verdictOf(verdict), seed: 0, verifier: { version } };
}

export interface JudgedJobFields {
  /** @defaultValue a violation by version 1.0.0 */
  document?: Verdict;
  kernel?: string;
  /** @defaultValue a run of its own */
  runId?: string;
  /** @defaultValue true */
  asExpected?: boolean;
}

/** Makes a job that a worker judged, and its run; its evidence has 7 bytes. */
export async function createJudgedJob(
  service: TestService,
  workerId: string,
  { asExpected = true, ...fields }: JudgedJobFields = {},
): Promise<JudgedJob> {
  const { prisma } = service.database;
  const owned = { projectId: service.projectId, owner: 'alice' };
  const [jobId] = await createJobs(service, 1, { memoryMib: 4096 });
  const attempt = await prisma.attempt.create({
    data: {
      ...{ ...owned, jobId: jobId!, number: 1, workerId },
      ...{ state: 'ended', endedHow: 'done', endedAt: new Date() },
    },
  });
  const sha256 = createHash('sha256').update(randomUUID()).digest('hex');
  await prisma.blob.create({ data: { sha256, size: 7n } });
  await prisma.artifact.create({
    data: { ...owned, attemptId: attempt.id, kind: 'evidence', name: 'e.tar.zst', sha256 },
  });
  const { document = judgedDocument('violation', '1.0.0'), kernel, runId } = fields;
  const first = await prisma.judgement.create({
    data: {
      ...{ ...owned, jobId: jobId!, attemptId: attempt.id, evidenceSha256: sha256 },
      ...{ verifierVersion: '1.0.0', profile: document.profile, verdict: document.verdict },
      asExpected,
      rules: document.findings.map(({ rule }) => rule),
      document: JSON.parse(JSON.stringify(document)) as object,
    },
  });
  const job = await prisma.job.update({
    where: { id: jobId! },
    data: {
      ...{ state: 'finished', finishedAt: new Date(), attemptCount: 1 },
      ...(kernel !== undefined && { kernel }),
      ...(runId !== undefined && { runId }),
    },
  });
  await prisma.jobOutcome.create({
    data: {
      ...{ ...owned, jobId: jobId!, attemptId: attempt.id, judgementId: first.id },
      ...{
        outcome: document.verdict,
        asExpected,
        exitCode: asExpected ? 0 : 1,
        rules: first.rules,
      },
      summary: 'A violation.',
    },
  });
  return { jobId: jobId!, runId: job.runId, attemptId: attempt.id, sha256, first };
}
