import type { Client } from '@fenceline/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgedJob } from '../testing/judged-job.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createWorker, verdictOf } from '../testing/work.testing.js';

describe('sums of runs', () => {
  let service: TestService;
  let client: Client;
  let workerId: string;

  beforeAll(async () => {
    service = await openTestService();
    client = await service.client();
    // Offers so little that placement leaves the jobs of this spec alone.
    ({ id: workerId } = await createWorker(service, { slots: 1, cores: 1, memoryMib: 0 }));
  });
  afterAll(() => service.close());

  it('have a cell for each scenario and kernel, with outcomes and rules', async () => {
    const { runId } = await createJudgedJob(service, workerId, { kernel: 'debian:6.1' });
    await createJudgedJob(service, workerId, { runId, kernel: 'debian:6.1', asExpected: false });
    const document = verdictOf('pass', { ccr: true });
    await createJudgedJob(service, workerId, { runId, kernel: 'debian:6.1+ccr', document });
    const { data } = await client.GET('/runs/{runId}/cells', { params: { path: { runId } } });
    expect(data!.items).toMatchObject([
      {
        scenario: { name: 'stuck-write' },
        kernel: 'debian:6.1',
        jobs: 2,
        progress: { outcomes: { violation: 2, pass: 0 }, notAsExpected: 1, exitCode: 1 },
      },
      { kernel: 'debian:6.1+ccr', jobs: 1, progress: { outcomes: { pass: 1 } }, rules: [] },
    ]);
    expect(data!.items[0]!.rules).toContain('no-stale-overwrite');
  });

  it('have the progress of several runs, without those of others', async () => {
    const first = await createJudgedJob(service, workerId);
    const second = await createJudgedJob(service, workerId, {
      document: verdictOf('inconclusive'),
    });
    const runIds = [first.runId, second.runId, crypto.randomUUID()].join(',');
    const { data } = await client.GET('/run-progress', { params: { query: { runIds } } });
    const byRun = new Map(data!.items.map(({ runId, progress }) => [runId, progress.outcomes]));
    expect(byRun.size).toBe(2);
    expect(byRun.get(first.runId)).toMatchObject({ violation: 1, inconclusive: 0 });
    expect(byRun.get(second.runId)).toMatchObject({ violation: 0, inconclusive: 1 });
  });

  it('are refused where the run is not there, or what is asked for is no run', async () => {
    const path = { runId: crypto.randomUUID() };
    expect((await client.GET('/runs/{runId}/cells', { params: { path } })).response.status).toBe(
      404,
    );
    const query = { runIds: 'x' };
    expect((await client.GET('/run-progress', { params: { query } })).response.status).toBe(400);
  });

  it('are of runs that are found by a part of the name, a label and a time', async () => {
    const { prisma } = service.database;
    const owned = { projectId: service.projectId, owner: 'alice', spec: {}, jobCount: 0 };
    const names = ['nightly 100%', 'nightly 1000', 'smoke'];
    for (const name of names) {
      const createdAt = new Date(Date.UTC(2020, names.indexOf(name), 1));
      await prisma.run.create({ data: { ...owned, name, labels: [name.slice(0, 5)], createdAt } });
    }
    const namesOf = async (query: Record<string, string>): Promise<string[]> => {
      const { data } = await client.GET('/runs', { params: { query } });
      return data!.items.map(({ name }) => name);
    };
    expect(await namesOf({ text: 'NIGHTLY' })).toEqual(['nightly 1000', 'nightly 100%']);
    expect(await namesOf({ text: '100%' })).toEqual(['nightly 100%']);
    expect(await namesOf({ label: 'smoke' })).toEqual(['smoke']);
    const day = '2020-02-01T00:00:00.000Z';
    expect(await namesOf({ from: day, to: '2020-02-02T00:00:00.000Z' })).toEqual(['nightly 1000']);
    expect(await namesOf({ to: day })).toEqual(['nightly 100%']);
  });
});
