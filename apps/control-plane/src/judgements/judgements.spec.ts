import type { Client } from '@fenceline/client';
import type { Verdict } from '@fenceline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, verdictOf } from '../testing/work.testing.js';

describe('judgements', () => {
  let service: TestService;
  let client: Client;
  let workerId: string;

  beforeAll(async () => {
    service = await openTestService();
    client = await service.client();
    ({ id: workerId } = await createWorker(service, { slots: 1, cores: 1, memoryMib: 0 }));
  });
  afterAll(() => service.close());

  let made = 0;

  /** A job that a worker judged as a violation with version 1.0.0, its evidence published. */
  const judgedJob = async () => {
    const { prisma } = service.database;
    const owned = { projectId: service.projectId, owner: 'alice' };
    const [jobId] = await createJobs(service, 1, { memoryMib: 4096 });
    const attempt = await prisma.attempt.create({
      data: {
        ...owned,
        jobId: jobId!,
        number: 1,
        workerId,
        state: 'ended',
        endedHow: 'done',
        endedAt: new Date(),
      },
    });
    made += 1;
    const sha256 = made.toString(16).padStart(64, '0');
    await prisma.blob.create({ data: { sha256, size: 7n } });
    const artifact = await prisma.artifact.create({
      data: { ...owned, attemptId: attempt.id, kind: 'evidence', name: 'e.tar.zst', sha256 },
    });
    const document = documentOf('violation', '1.0.0');
    const first = await prisma.judgement.create({
      data: {
        ...owned,
        jobId: jobId!,
        attemptId: attempt.id,
        evidenceSha256: sha256,
        verifierVersion: '1.0.0',
        profile: document.profile,
        verdict: 'violation',
        asExpected: true,
        rules: document.findings.map(({ rule }) => rule),
        document: JSON.parse(JSON.stringify(document)) as object,
      },
    });
    await prisma.job.update({
      where: { id: jobId! },
      data: { state: 'finished', finishedAt: new Date(), attemptCount: 1 },
    });
    await prisma.jobOutcome.create({
      data: {
        ...owned,
        jobId: jobId!,
        attemptId: attempt.id,
        judgementId: first.id,
        outcome: 'violation',
        asExpected: true,
        exitCode: 0,
        rules: first.rules,
        summary: 'A violation.',
      },
    });
    return { jobId: jobId!, attemptId: attempt.id, artifactId: artifact.id, sha256, first };
  };

  const documentOf = (verdict: Verdict['verdict'], version: string): Verdict => ({
    ...verdictOf(verdict),
    seed: 0,
    verifier: { version },
  });
  const add = (jobId: string, evidenceSha256: string, document: Verdict, by = client) =>
    by.POST('/jobs/{jobId}/judgements', {
      params: { path: { jobId } },
      body: { evidenceSha256, document },
    });

  it('lists what a version has to judge, and what it changed once that is there', async () => {
    const changed = await judgedJob();
    const same = await judgedJob();
    const rejudge = async (status?: 'pending' | 'changed' | 'same') => {
      const query = {
        verifierVersion: '1.1.0',
        scenario: 'stuck-write',
        ...(status && { status }),
      };
      return (await client.GET('/rejudge', { params: { query } })).data!.items;
    };
    const pending = await rejudge('pending');
    expect(new Set(pending.map(({ jobId }) => jobId))).toEqual(
      new Set([changed.jobId, same.jobId]),
    );
    expect(pending.find(({ jobId }) => jobId === changed.jobId)).toMatchObject({
      scenario: 'stuck-write',
      seed: 0,
      evidence: {
        artifactId: changed.artifactId,
        attemptId: changed.attemptId,
        sha256: changed.sha256,
        size: 7,
      },
      first: { id: changed.first.id, verdict: 'violation' },
      again: null,
    });

    const { data, response } = await add(
      changed.jobId,
      changed.sha256,
      documentOf('pass', '1.1.0'),
    );
    expect(response.status).toBe(201);
    expect(data).toMatchObject({
      verdict: 'pass',
      asExpected: false,
      rules: [],
      verifierVersion: '1.1.0',
      attemptId: changed.attemptId,
    });
    await add(same.jobId, same.sha256, documentOf('violation', '1.1.0'));
    expect(await rejudge('pending')).toEqual([]);
    expect(await rejudge('changed')).toMatchObject([
      { jobId: changed.jobId, first: { verdict: 'violation' }, again: { id: data!.id } },
    ]);
    expect(await rejudge('same')).toMatchObject([{ jobId: same.jobId }]);

    const params = { path: { jobId: changed.jobId } };
    const job = await client.GET('/jobs/{jobId}', { params });
    expect(job.data!.outcome).toMatchObject({
      outcome: 'violation',
      asExpected: true,
      judgementId: changed.first.id,
    });
    const listed = await client.GET('/jobs/{jobId}/judgements', { params });
    expect(listed.data!.items.map(({ id }) => id)).toEqual([changed.first.id, data!.id]);
    const shown = await client.GET('/judgements/{judgementId}', {
      params: { path: { judgementId: data!.id } },
    });
    expect(shown.data).toEqual(data);
    expect(shown.data!.document).toMatchObject({ schema: 'fenceline.verdict/v1', verdict: 'pass' });
    const events = await service.database.prisma.event.findMany({
      where: { jobId: changed.jobId, type: 'judgement.added' },
    });
    expect(events.map((event) => event.data)).toEqual([
      {
        judgementId: data!.id,
        verdict: 'pass',
        profile: 'cqt-zero-10s',
        verifierVersion: '1.1.0',
      },
    ]);
  });

  it('takes only documents of this job and of evidence that it published', async () => {
    const { jobId, sha256 } = await judgedJob();
    const other = await judgedJob();
    const document = documentOf('pass', '1.1.0');
    const fieldOf = async (...given: Parameters<typeof add>) => {
      const { error, response } = await add(...given);
      expect(response.status).toBe(400);
      return error!.errors![0]!.field;
    };
    expect(await fieldOf(jobId, other.sha256, document)).toBe('body.evidenceSha256');
    expect(await fieldOf(jobId, sha256, { ...document, scenario: 'x' })).toBe(
      'body.document.scenario',
    );
    expect(await fieldOf(jobId, sha256, { ...document, seed: 9 })).toBe('body.document.seed');
    const unnamed: Verdict = { ...document };
    delete unnamed.verifier;
    expect(await fieldOf(jobId, sha256, unnamed)).toBe('body.document.verifier');
    expect(await fieldOf(jobId, sha256, { ...document, profile: 'tp4129-strict' })).toBe(
      'body.document.profile',
    );
  });

  it('waits for the judgement of the worker, and needs operate', async () => {
    const [jobId] = await createJobs(service, 1, { memoryMib: 4096 });
    const document = documentOf('pass', '1.1.0');
    const early = await add(jobId!, 'a'.repeat(64), document);
    expect(early.error).toMatchObject({ type: '/problems/conflict' });
    const submitter = await service.client(['read', 'submit']);
    const refused = await add(jobId!, 'a'.repeat(64), document, submitter);
    expect(refused.error).toMatchObject({ type: '/problems/forbidden' });
    const unknown = await add(crypto.randomUUID(), 'a'.repeat(64), document);
    expect(unknown.error).toMatchObject({ type: '/problems/not-found' });
  });
});
