import type { Client } from '@fenceline/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgedJob } from '../testing/judged-job.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, verdictOf } from '../testing/work.testing.js';

describe('what the newest jobs have in common', () => {
  let service: TestService;
  let client: Client;
  let violations: { jobId: string; runId: string }[];

  beforeAll(async () => {
    service = await openTestService();
    client = await service.client();
    const { id: workerId } = await createWorker(service, { slots: 1, cores: 1, memoryMib: 0 });
    const association = {
      association: 'a#1',
      host: 'host1',
      path: 'a',
      giveUpMs: 1,
      fenceEndMs: 2,
    };
    const margin = (first: number | null, last: number) => ({
      ...association,
      fenceEndBy: 'time' as const,
      firstRetryMinusFenceEndMs: first,
      targetFenceEndMinusLastApplyMs: last,
    });
    const document = { ...verdictOf('violation'), margins: [margin(-12.5, 4), margin(null, -30)] };
    violations = [
      await createJudgedJob(service, workerId, { document, kernel: 'debian:6.1' }),
      await createJudgedJob(service, workerId, { document, asExpected: false }),
    ];
    await createJudgedJob(service, workerId, { document: verdictOf('pass') });
  });
  afterAll(() => service.close());

  it('is findings of one rule, scenario and order, with kernels and jobs', async () => {
    const query = { rule: 'no-stale-overwrite' } as const;
    const { data } = await client.GET('/findings', { params: { query } });
    expect(data).toMatchObject({ lookedAt: 2, more: false });
    expect(data!.items).toHaveLength(1);
    expect(data!.items[0]).toMatchObject({
      rule: 'no-stale-overwrite',
      scenario: 'stuck-write',
      harm: 'landed',
      findings: 2,
      jobs: 2,
      notAsExpected: 1,
      newest: [{ jobId: violations[1]!.jobId }, { jobId: violations[0]!.jobId }],
    });
    expect(data!.items[0]!.kernels).toHaveLength(1);
    const others = {
      params: { query: { ...query, asExpected: 'false', kernel: 'none' } },
    } as const;
    expect((await client.GET('/findings', others)).data).toMatchObject({ items: [], lookedAt: 0 });
  });

  it('is the smallest margin of each job, by scenario and kernel', async () => {
    const { data } = await client.GET('/margins', { params: { query: {} } });
    expect(data!.items.map(({ kernel }) => kernel)).toEqual([null, 'debian:6.1']);
    expect(data!.items[1]!.points).toMatchObject([
      { jobId: violations[0]!.jobId, firstRetryMs: -12.5, lastApplyMs: -30, outcome: 'violation' },
    ]);
    expect(data!.items[0]!.points).toHaveLength(2);
    const query = { runId: violations[0]!.runId };
    expect((await client.GET('/margins', { params: { query } })).data!.items).toHaveLength(1);
  });

  it('is what they wait for, where they wait', async () => {
    const large = await createJobs(service, 2, { memoryMib: 500_000, accelerator: 'tcg' });
    const { data } = await client.GET('/queue');
    expect(data!.items).toHaveLength(1);
    expect(data!.items[0]).toMatchObject({
      jobs: 2,
      firstJobId: large[0],
      scenarios: ['stuck-write'],
      needs: { memoryMib: 500_000 },
    });
    expect(data!.items[0]!.whyWaiting).toContain('500000 MiB');
  });
});
