import type { Client } from '@fenceline/client';
import type { Verdict } from '@fenceline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJudgedJob, judgedDocument } from '../testing/judged-job.testing.js';
import { createJobs, createWorker } from '../testing/work.testing.js';

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

  const judgedJob = () => createJudgedJob(service, workerId);
  const add = (jobId: string, evidenceSha256: string, document: Verdict, by = client) =>
    by.POST('/jobs/{jobId}/judgements', {
      params: { path: { jobId } },
      body: { evidenceSha256, document },
    });

  it('are added beside the first one, which stays what decided', async () => {
    const changed = await judgedJob();
    const { data, response } = await add(
      changed.jobId,
      changed.sha256,
      judgedDocument('pass', '1.1.0'),
    );
    expect(response.status).toBe(201);
    expect(data).toMatchObject({
      verdict: 'pass',
      asExpected: false,
      rules: [],
      verifierVersion: '1.1.0',
      attemptId: changed.attemptId,
    });
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
    const document = judgedDocument('pass', '1.1.0');
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
    const document = judgedDocument('pass', '1.1.0');
    const early = await add(jobId!, 'a'.repeat(64), document);
    expect(early.error).toMatchObject({ type: '/problems/conflict' });
    const submitter = await service.client(['read', 'submit']);
    const refused = await add(jobId!, 'a'.repeat(64), document, submitter);
    expect(refused.error).toMatchObject({ type: '/problems/forbidden' });
    const unknown = await add(crypto.randomUUID(), 'a'.repeat(64), document);
    expect(unknown.error).toMatchObject({ type: '/problems/not-found' });
  });
});
