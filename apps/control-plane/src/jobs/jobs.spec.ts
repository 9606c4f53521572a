import { readFileSync } from 'node:fs';
import type { Client } from '@fenceline/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

const text = readFileSync('scenarios/stuck-write.yaml', 'utf8');

describe('jobs', () => {
  let service: TestService;
  let client: Client;

  beforeAll(async () => {
    service = await openTestService();
    client = await service.client();
  });
  afterAll(() => service.close());

  const submit = async (fields: object, by = client) => {
    const body = { scenarios: [{ text }], driver: 'simulated' as const, ...fields };
    return (await by.POST('/runs', { body })).data!;
  };
  const list = async (query: NonNullable<Parameters<typeof fetchJobs>[0]>) =>
    (await fetchJobs(query)).data!.items.map(({ scenario, seed }) => `${scenario.name} ${seed}`);
  const fetchJobs = (query: Record<string, string | number>) =>
    client.GET('/jobs', { params: { query } });
  /** Ends jobs as if a worker had: state, outcome and rules. */
  const finish = (runId: string, seed: number, outcome: string, rules: string[] = []) =>
    service.database.query(
      `WITH ended AS (UPDATE jobs SET state = 'finished', finished_at = now()
                       WHERE run_id = $1 AND seed = $2 RETURNING *)
       INSERT INTO job_outcomes (job_id, project_id, owner, outcome, as_expected, exit_code, rules, summary)
       SELECT id, project_id, owner, $3, false, 3, $4, 'Spec.' FROM ended`,
      [runId, seed, outcome, rules],
    );

  it('finds jobs by each filter, and by several together', async () => {
    const bob = await service.client(undefined, 'bob');
    const named = (name: string) => [{ text: text.replace('stuck-write', name) }];
    const first = await submit({ seeds: [1, 2], labels: ['nightly', 'ccr'] });
    const second = await submit({ scenarios: named('late-write'), seeds: [3], labels: ['ccr'] });
    await submit({ scenarios: named('no-fault'), seeds: [4], kernels: ['debian:6.12'] }, bob);
    await finish(first.id, 1, 'error', ['final-image', 'no-stale-overwrite']);
    await finish(second.id, 3, 'skipped', ['final-image']);

    expect(await list({ runId: first.id, state: 'queued' })).toEqual(['stuck-write 2']);
    expect(await list({ state: 'finished' })).toEqual(['late-write 3', 'stuck-write 1']);
    expect(await list({ outcome: 'error' })).toEqual(['stuck-write 1']);
    expect(await list({ asExpected: 'false' })).toEqual(['late-write 3', 'stuck-write 1']);
    expect(await list({ asExpected: 'true' })).toEqual([]);
    expect(await list({ rule: 'final-image' })).toEqual(['late-write 3', 'stuck-write 1']);
    expect(await list({ rule: 'no-stale-overwrite' })).toEqual(['stuck-write 1']);
    expect(await list({ kernel: 'debian:6.12' })).toEqual(['no-fault 4']);
    expect(await list({ scenario: 'late-write' })).toEqual(['late-write 3']);
    expect((await list({ label: 'nightly' })).sort()).toEqual(['stuck-write 1', 'stuck-write 2']);
    expect(await list({ owner: 'bob' })).toEqual(['no-fault 4']);
    expect((await list({ text: 'WRITE' })).sort()).toEqual([
      'late-write 3',
      'stuck-write 1',
      'stuck-write 2',
    ]);
    expect(await list({ text: '%' })).toEqual([]);
    expect(await list({ text: 'write', rule: 'final-image', outcome: 'error' })).toEqual([
      'stuck-write 1',
    ]);
    expect(await list({ label: 'ccr', outcome: 'skipped', owner: 'alice' })).toEqual([
      'late-write 3',
    ]);
    expect(await list({ runId: first.id, rule: 'final-image', text: 'stuck' })).toEqual([
      'stuck-write 1',
    ]);
    expect(await list({ from: second.createdAt, label: 'ccr' })).toEqual(['late-write 3']);
    expect(await list({ to: second.createdAt, rule: 'final-image' })).toEqual(['stuck-write 1']);
    const wrong = await fetchJobs({ rule: 'no-such-rule' });
    expect(wrong.error).toMatchObject({ errors: [{ field: 'query.rule' }] });
    const early = await fetchJobs({ from: '0000-01-01T00:00:00Z' });
    expect(early.error).toMatchObject({ errors: [{ field: 'query.from' }] });
  });

  it('gives pages, each job once, whatever leads the search', async () => {
    const run = await submit({ seeds: { from: 100, count: 7 }, labels: ['paged'] });
    const queries: Record<string, string>[] = [
      { runId: run.id },
      { label: 'paged' },
      { text: 'stuck', from: run.createdAt },
    ];
    for (const query of queries) {
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const { data } = await fetchJobs({ ...query, limit: 3, ...(cursor && { cursor }) });
        seen.push(...data!.items.map(({ seed }) => seed));
        cursor = data!.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen.toSorted()).toEqual([100, 101, 102, 103, 104, 105, 106]);
    }
  });

  it('shows a job with all that belongs to it', async () => {
    const run = await submit({ seeds: [8], kernels: ['debian:6.1+ccr'], priority: 3 });
    const { data } = await fetchJobs({ runId: run.id });
    const [job] = data!.items;
    const shown = await client.GET('/jobs/{jobId}', { params: { path: { jobId: job!.id } } });
    expect(shown.data).toEqual({
      ...job,
      pinned: [],
      needs: { memoryMib: 256, cores: 1, accelerator: 'none', labels: [] },
      whyWaiting: 'No worker is enrolled.',
      attempts: [],
      judgements: [],
      artifacts: [],
    });
    expect(job).toMatchObject({
      runId: run.id,
      scenario: { name: 'stuck-write', hash: run.spec.scenarios[0]!.hash },
      kernel: 'debian:6.1+ccr',
      seed: 8,
      repeat: 0,
      priority: 3,
      state: 'queued',
      attemptCount: 0,
      outcome: null,
    });
  });

  it('shows the attempts of a job and what they published', async () => {
    const { database, projectId } = service;
    const run = await submit({ seeds: [9] });
    const job = await database.prisma.job.findFirstOrThrow({ where: { runId: run.id } });
    const common = { projectId, owner: 'alice' };
    const worker = await database.prisma.worker.create({
      data: {
        ...common,
        name: 'w1',
        credentialHash: Buffer.alloc(32, 1),
        slots: 1,
        memoryMib: 4096,
        cores: 2,
        version: '1',
      },
    });
    const attempt = await database.prisma.attempt.create({
      data: {
        ...common,
        jobId: job.id,
        number: 1,
        workerId: worker.id,
        state: 'ended',
        endedHow: 'failed',
        endedAt: new Date(),
        message: '<script>',
      },
    });
    const sha256 = 'e'.repeat(64);
    await database.prisma.blob.create({ data: { sha256, size: 5n } });
    await database.prisma.artifact.create({
      data: { ...common, attemptId: attempt.id, kind: 'log', name: 'lab.log', sha256 },
    });
    const path = { jobId: job.id };
    const shown = await client.GET('/jobs/{jobId}', { params: { path } });
    expect(shown.data!.artifacts).toMatchObject([{ name: 'lab.log', size: 5, sha256 }]);
    const listed = await client.GET('/jobs/{jobId}/attempts', { params: { path } });
    expect(listed.data!.items).toEqual(shown.data!.attempts);
    expect(listed.data!.items).toMatchObject([
      { number: 1, worker: { id: worker.id, name: 'w1' }, how: 'failed', message: '<script>' },
    ]);
    const one = await client.GET('/attempts/{attemptId}', {
      params: { path: { attemptId: attempt.id } },
    });
    expect(one.data).toEqual(listed.data!.items[0]);
  });

  it('cancels a job, and a run with all that has not finished', async () => {
    const run = await submit({ seeds: [1, 2, 3] });
    await finish(run.id, 1, 'error');
    const { data } = await fetchJobs({ runId: run.id, state: 'queued' });
    const path = { jobId: data!.items[0]!.id };
    const cancel = () => client.POST('/jobs/{jobId}/cancel', { params: { path } });
    expect((await cancel()).data).toMatchObject({
      state: 'finished',
      outcome: { outcome: 'cancelled', exitCode: 3, asExpected: false },
    });
    expect((await cancel()).error).toMatchObject({ type: '/problems/conflict' });
    const params = { path: { runId: run.id } };
    const bob = await service.client(['read', 'submit'], 'bob');
    const refused = await bob.POST('/runs/{runId}/cancel', { params });
    expect(refused.error).toMatchObject({ type: '/problems/forbidden' });
    for (let times = 0; times < 2; times += 1) {
      const all = await client.POST('/runs/{runId}/cancel', { params });
      expect(all.data!.progress).toMatchObject({
        states: { finished: 3 },
        outcomes: { error: 1, cancelled: 2 },
        exitCode: 3,
      });
      expect(all.data!.cancelledAt).not.toBeNull();
    }
    const events = await service.database.prisma.event.findMany({
      where: { runId: run.id, type: { in: ['run.cancelled', 'job.finished'] } },
      orderBy: { id: 'asc' },
    });
    expect(events.map(({ type }) => type)).toEqual([
      'job.finished',
      'run.cancelled',
      'job.finished',
    ]);
  });

  it('sets the priority of a job that has not finished', async () => {
    const run = await submit({ seeds: [1] });
    const { data } = await fetchJobs({ runId: run.id });
    const params = { path: { jobId: data!.items[0]!.id } };
    const set = (by: Client, priority: number) =>
      by.PUT('/jobs/{jobId}/priority', { params, body: { priority } });
    expect((await set(client, 7)).data).toMatchObject({ priority: 7 });
    const bob = await service.client(['submit'], 'bob');
    expect((await set(bob, 8)).error).toMatchObject({ type: '/problems/forbidden' });
    const operator = await service.client(['submit', 'operate'], 'bob');
    expect((await set(operator, 9)).data).toMatchObject({ priority: 9 });
    await finish(run.id, 1, 'error');
    expect((await set(client, 1)).error).toMatchObject({ type: '/problems/conflict' });
  });

  it('runs one job again, as a run of its own', async () => {
    const run = await submit({ seeds: [21, 22], labels: ['again'] });
    const { data } = await fetchJobs({ runId: run.id });
    const [job] = data!.items;
    const again = await client.POST('/jobs/{jobId}/rerun', {
      params: { path: { jobId: job!.id } },
    });
    expect(again.data).toMatchObject({ fromRunId: run.id, jobCount: 1 });
    const repeated = await fetchJobs({ runId: again.data!.id });
    expect(repeated.data!.items).toMatchObject([{ seed: job!.seed, labels: ['again'] }]);
  });

  it('answers 404 for what another project has', async () => {
    const run = await submit({ seeds: [1] });
    const { data } = await fetchJobs({ runId: run.id });
    const project = await service.database.prisma.project.create({ data: { name: 'other' } });
    const token = await service.token(undefined, 'alice', project.id);
    const headers = { authorization: `Bearer ${token}` };
    const url = `${service.url}/api/v1/jobs/${data!.items[0]!.id}`;
    expect((await fetch(url, { headers })).status).toBe(404);
    expect((await fetch(`${url}/attempts`, { headers })).status).toBe(404);
    expect((await fetch(`${url}/cancel`, { headers, method: 'POST' })).status).toBe(404);
  });
});
