import { readFileSync } from 'node:fs';
import type { Client } from '@fenceline/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Background } from '../background/background.js';
import { ImageRecipes } from '../kernels/images/image-recipes.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

const text = readFileSync('scenarios/stuck-write.yaml', 'utf8');

describe('runs', () => {
  let service: TestService;
  let client: Client;

  beforeAll(async () => {
    service = await openTestService();
    client = await service.client();
  });
  afterAll(() => service.close());

  const simulated = { driver: 'simulated' as const };
  const jobsOf = (runId: string) =>
    service.database.prisma.job.findMany({ where: { runId }, orderBy: { seed: 'asc' } });

  it('makes a job for each scenario, kernel, seed and repeat, with an event each', async () => {
    const other = text.replace('stuck-write', 'other');
    const { data, response } = await client.POST('/runs', {
      body: {
        scenarios: [{ text }, { text: other }],
        kernels: ['debian:6.1', 'debian:6.1+ccr'],
        seeds: { from: 7, count: 3 },
        repeats: 2,
        labels: ['nightly'],
        priority: 5,
        ...simulated,
      },
    });
    expect(response.status).toBe(201);
    expect(data).toMatchObject({
      name: 'stuck-write and 1 more',
      jobCount: 24,
      labels: ['nightly'],
      progress: { states: { queued: 24, finished: 0 }, exitCode: null },
    });
    const jobs = await jobsOf(data!.id);
    const combinations = jobs.map((job) =>
      [job.scenarioName, job.kernel, job.seed, job.repeat].join(' '),
    );
    expect(new Set(combinations).size).toBe(24);
    expect(combinations).toContain('other debian:6.1+ccr 9 1');
    expect(jobs[0]).toMatchObject({ state: 'queued', labels: ['nightly'], priority: 5 });
    const events = await service.database.prisma.event.findMany({
      where: { runId: data!.id },
      orderBy: { id: 'asc' },
    });
    expect(events.map(({ type }) => type)).toEqual([
      'run.submitted',
      ...jobs.map(() => 'job.queued'),
    ]);
    expect(new Set(events.flatMap(({ jobId }) => jobId ?? [])).size).toBe(24);
    expect(await service.database.prisma.scenario.count()).toBe(2);
  });

  it('submits 1,000 jobs in a few statements', async () => {
    await service.application.get(Background).stop();
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    try {
      const { data } = await client.POST('/runs', {
        body: { scenarios: [{ text }], seeds: { from: 0, count: 1000 }, ...simulated },
      });
      expect(data!.jobCount).toBe(1000);
      expect(statements.mock.calls.length).toBeGreaterThan(4);
      expect(statements.mock.calls.length).toBeLessThan(15);
    } finally {
      statements.mockRestore();
    }
  });

  it('names the product of a matrix that is too large, and stores nothing of it', async () => {
    const before = await service.database.prisma.run.count();
    const { error, response } = await client.POST('/runs', {
      body: { scenarios: [{ text }], seeds: { from: 0, count: 5001 }, repeats: 2, ...simulated },
    });
    expect(response.status).toBe(422);
    expect(error).toMatchObject({
      type: '/problems/too-many-jobs',
      detail:
        '1 scenarios × 1 kernels × 5001 seeds × 2 repeats are 10002 jobs; a run has at most 10000.',
    });
    expect(await service.database.prisma.run.count()).toBe(before);
  });

  it('names every mistake with the scenario that has it', async () => {
    const wrong = text.replace('timeline:', 'timelyne:');
    const line = wrong.split('\n').indexOf('timelyne:') + 1;
    const { error } = await client.POST('/runs', {
      body: { scenarios: [{ text }, { text: wrong }], ...simulated },
    });
    expect(error).toMatchObject({ type: '/problems/invalid-scenario' });
    expect(error!.errors).toContainEqual(
      expect.objectContaining({ field: 'body.scenarios[1]: timelyne', line }),
    );
    const unknown = { hash: 'a'.repeat(64) };
    const missing = await client.POST('/runs', { body: { scenarios: [unknown], ...simulated } });
    expect(missing.error).toMatchObject({
      type: '/problems/unknown-scenario',
      errors: [{ field: 'body.scenarios[0].hash' }],
    });
    const twice = await client.POST('/runs', {
      body: { scenarios: [{ text }, { text }], ...simulated },
    });
    expect(twice.error).toMatchObject({ type: '/problems/invalid-request' });
  });

  it('pins what the names of kernels stand for at submission, and their images', async () => {
    const body = { scenarios: [{ text }], seeds: [1] };
    const refused = await client.POST('/runs', { body });
    expect(refused.error).toMatchObject({ type: '/problems/unknown-kernel' });
    expect(refused.error!.detail).toContain('debian:6.1');

    const { prisma } = service.database;
    const owned = { projectId: service.projectId, owner: 'alice', name: 'debian:6.1' };
    const hash = (digit: string) => digit.repeat(64);
    const register = async (version: string, sha256: string) => {
      const fields = { version, capabilities: ['ccr'], sha256, source: 'spec' };
      await prisma.kernel.create({ data: { ...owned, ...fields } });
      for (const [role, digit] of Object.entries({
        host: '1',
        'array-node': '2',
        reference: '3',
      })) {
        const image = { role, sha256: hash(digit), imageSha256: hash(digit), recipe: null };
        await prisma.guestImage.create({ data: { ...owned, ...image, kernelSha256: sha256 } });
      }
    };
    await register('6.1.0-1', hash('a'));
    await register('6.1.0-2', hash('b'));
    const first = await client.POST('/runs', { body });
    const image = (role: string, digit: string) => ({
      ...{ kind: 'image', name: 'debian:6.1', version: '', capabilities: [], role },
      ...{ sha256: hash(digit), imageSha256: hash(digit) },
    });
    const pinned = [
      {
        ...{ kind: 'kernel', name: 'debian:6.1', version: '6.1.0-2', capabilities: ['ccr'] },
        sha256: hash('b'),
      },
      image('array-node', '2'),
      image('host', '1'),
    ];
    const [job] = await jobsOf(first.data!.id);
    expect(job!.pinned).toEqual(pinned);
    expect(job!.needs).toEqual({
      memoryMib: 256 + 3 * (384 + 64),
      cores: 2,
      accelerator: 'any',
      labels: [],
    });
    expect(job!.memoryMib).toBe(1600);

    await register('6.1.0-3', hash('c'));
    const path = { runId: first.data!.id };
    const again = await client.POST('/runs/{runId}/rerun', {
      params: { path },
      body: { which: 'all' },
    });
    const [repeated] = await jobsOf(again.data!.id);
    expect(repeated!.pinned).toEqual(pinned);
    const clone = await client.POST('/runs/{runId}/clone', { params: { path }, body: {} });
    const [anew] = await jobsOf(clone.data!.id);
    expect((anew!.pinned as object[])[0]).toMatchObject({ version: '6.1.0-3' });
  });

  it('says why where a kernel cannot be booted yet, and what mends it', async () => {
    await service.application.get(Background).stop();
    const { prisma } = service.database;
    const owned = { projectId: service.projectId, owner: 'alice', name: 'mine' };
    const submit = async () => {
      const body = { scenarios: [{ text }], kernels: ['mine'] };
      const { error } = await client.POST('/runs', { body });
      return error!;
    };
    const fetching = await prisma.kernelFetch.create({
      data: { ...owned, state: 'running', message: 'unpacking' },
    });
    expect(await submit()).toMatchObject({
      type: '/problems/kernel-not-ready',
      detail: 'It is still being fetched (mine: unpacking).',
    });
    await prisma.kernelFetch.delete({ where: { id: fetching.id } });

    const { id: kernelId } = await prisma.kernel.create({
      data: { ...owned, version: '6.1', capabilities: [], sha256: 'd'.repeat(64), source: 'spec' },
    });
    const waits = await submit();
    expect(waits).toMatchObject({ type: '/problems/kernel-not-ready', status: 422 });
    expect(waits.detail).toBe(
      'The guest images of mine are not ready (host: waiting; array-node: waiting).',
    );
    expect(waits.mend).toContain('`fenceline admin kernel images mine` waits');

    const { host: recipe } = await service.application.get(ImageRecipes).all();
    await prisma.imageBuild.create({
      data: { kernelId, role: 'host', recipe, state: 'failed', message: 'apt is offline' },
    });
    const failed = await submit();
    expect(failed.detail).toBe(
      'The guest images of mine are not ready (host: failed, apt is offline).',
    );
    expect(failed.mend).toContain('built once more');

    const simulated = await client.POST('/runs', {
      body: { scenarios: [{ text }], kernels: ['mine'], driver: 'simulated' },
    });
    expect(simulated.response.status).toBe(201);
  });

  it('clones a run with changes', async () => {
    const first = await client.POST('/runs', {
      body: { name: 'first', scenarios: [{ text }], seeds: [1, 2], labels: ['a'], ...simulated },
    });
    const clone = await client.POST('/runs/{runId}/clone', {
      params: { path: { runId: first.data!.id } },
      body: { seeds: [3], kernels: ['debian:6.1+ccr'] },
    });
    expect(clone.data).toMatchObject({
      name: 'first',
      jobCount: 1,
      fromRunId: first.data!.id,
      spec: { seeds: [3], kernels: ['debian:6.1+ccr'], labels: ['a'], driver: 'simulated' },
    });
  });

  it('runs those again that did not come out as expected', async () => {
    const first = await client.POST('/runs', {
      body: { scenarios: [{ text }], seeds: [1, 2, 3], ...simulated },
    });
    const params = { path: { runId: first.data!.id } };
    const none = await client.POST('/runs/{runId}/rerun', { params, body: { which: 'failed' } });
    expect(none.error).toMatchObject({ type: '/problems/conflict' });

    await service.database.query(
      `WITH ended AS (UPDATE jobs SET state = 'finished', finished_at = now() WHERE run_id = $1 AND seed < 3 RETURNING *)
       INSERT INTO job_outcomes (job_id, project_id, owner, outcome, as_expected, exit_code, rules, summary)
       SELECT id, project_id, owner, CASE seed WHEN 1 THEN 'error' ELSE 'skipped' END::outcome_kind,
              seed = 2, CASE seed WHEN 1 THEN 3 ELSE 0 END, '{}', '' FROM ended`,
      [first.data!.id],
    );
    const again = await client.POST('/runs/{runId}/rerun', { params, body: { which: 'failed' } });
    expect(again.data).toMatchObject({ jobCount: 1, fromRunId: first.data!.id });
    expect((await jobsOf(again.data!.id)).map(({ seed }) => seed)).toEqual([1n]);
    const shown = await client.GET('/runs/{runId}', { params });
    expect(shown.data!.progress).toMatchObject({
      states: { queued: 1, finished: 2 },
      outcomes: { error: 1, skipped: 1 },
      notAsExpected: 1,
      exitCode: null,
    });
  });

  it('lets others run it again only with operate, and other projects not see it', async () => {
    const first = await client.POST('/runs', { body: { scenarios: [{ text }], ...simulated } });
    const params = { path: { runId: first.data!.id } };
    const bob = await service.client(['read', 'submit'], 'bob');
    const refused = await bob.POST('/runs/{runId}/rerun', { params, body: { which: 'all' } });
    expect(refused.error).toMatchObject({ type: '/problems/forbidden' });
    const operator = await service.client(['submit', 'operate'], 'bob');
    const taken = await operator.POST('/runs/{runId}/rerun', { params, body: { which: 'all' } });
    expect(taken.data).toMatchObject({ owner: 'bob', fromRunId: first.data!.id });

    const project = await service.database.prisma.project.create({ data: { name: 'other' } });
    const token = await service.token(undefined, 'alice', project.id);
    const headers = { authorization: `Bearer ${token}` };
    const url = `${service.url}/api/v1/runs/${first.data!.id}`;
    expect((await fetch(url, { headers })).status).toBe(404);
  });

  it('gives pages of runs, newest first, each once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await client.GET('/runs', {
        params: { query: { limit: 3, ...(cursor !== undefined && { cursor }) } },
      });
      seen.push(...data!.items.map(({ id }) => id));
      cursor = data!.next ?? undefined;
    } while (cursor !== undefined);
    const all = await service.database.prisma.run.findMany({
      where: { projectId: service.projectId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    });
    expect(seen).toEqual(all.map(({ id }) => id));
  });
});
