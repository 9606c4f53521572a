import type { Client } from '@fenceline/client';
import type { RejudgeResult, RejudgeWork } from '@fenceline/contracts/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createJudgedJob, judgedDocument } from '../testing/judged-job.testing.js';
import { untilLockWaits } from '../testing/lock-waits.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, type TestWorker } from '../testing/work.testing.js';

describe('rejudgements', () => {
  let service: TestService;
  let client: Client;
  let one: TestWorker;
  let other: TestWorker;

  beforeAll(async () => {
    service = await openTestService();
    client = await service.client();
    one = await createWorker(service, { memoryMib: 0 });
    other = await createWorker(service, { memoryMib: 0 });
  });
  afterAll(() => service.close());
  // What a spec left open would be given to the next one.
  afterEach(() =>
    service.database.query(
      `UPDATE rejudgement_items SET state = 'cancelled', ended_at = now() WHERE ended_at IS NULL`,
    ),
  );

  const judgedJob = () => createJudgedJob(service, one.id);

  async function rejudge(jobIds: readonly string[], verifierVersion?: string): Promise<string> {
    const label = `label-${jobIds[0]!}`;
    await service.database.query(`UPDATE jobs SET labels = ARRAY[$2] WHERE id = ANY ($1)`, [
      jobIds,
      label,
    ]);
    await service.database.query(
      `INSERT INTO job_marks (project_id, kind, value, created_at, job_id)
       SELECT project_id, 'label', $2, created_at, id FROM jobs WHERE id = ANY ($1)`,
      [jobIds, label],
    );
    const { data, response } = await client.POST('/rejudgements', {
      body: { filter: { label }, ...(verifierVersion !== undefined && { verifierVersion }) },
    });
    expect(response.status).toBe(201);
    return data!.id;
  }

  async function claim({ client }: TestWorker, verifierVersion = '1.1.0') {
    const { data } = await client.POST('/worker/rejudging/claim', { body: { verifierVersion } });
    return data!.work;
  }

  async function mustClaim(worker: TestWorker): Promise<RejudgeWork> {
    const work = await claim(worker);
    expect(work).not.toBeNull();
    return work!;
  }

  const fenced = ({ itemId, fencingToken }: RejudgeWork) => ({
    params: { path: { itemId } },
    body: { fencingToken },
  });

  async function finish(worker: TestWorker, work: RejudgeWork, result: RejudgeResult) {
    const { params, body } = fenced(work);
    const answer = await worker.client.POST('/worker/rejudging/{itemId}/finish', {
      params,
      body: { ...body, result },
    });
    return [answer.response.status, answer.error?.type];
  }

  const judged = (verdict: 'violation' | 'pass', version = '1.1.0'): RejudgeResult => ({
    kind: 'judged',
    verdict: judgedDocument(verdict, version),
  });

  const pathOf = (rejudgementId: string) => ({ path: { rejudgementId } });

  async function show(id: string) {
    return (await client.GET('/rejudgements/{rejudgementId}', { params: pathOf(id) })).data!;
  }

  async function items(id: string, query: { changed?: 'true' | 'false'; state?: 'failed' } = {}) {
    const params = { ...pathOf(id), query };
    const { data } = await client.GET('/rejudgements/{rejudgementId}/items', { params });
    return data!.items;
  }

  async function expire({ itemId }: RejudgeWork): Promise<void> {
    await service.database.query(
      `UPDATE rejudgement_items SET lease_expires_at = now() - interval '1 s' WHERE id = $1`,
      [itemId],
    );
    // A control plane has just looked, and there was no outage.
    await service.database.query(
      'UPDATE service_clock SET alive_at = clock_timestamp(), grace_until = NULL',
    );
  }

  it('have workers judge the kept evidence again, and say what changed', async () => {
    const jobs = [await judgedJob(), await judgedJob(), await judgedJob()];
    const id = await rejudge(jobs.map(({ jobId }) => jobId));
    expect(await show(id)).toMatchObject({
      jobCount: 3,
      states: { waiting: 3, running: 0, done: 0, failed: 0, cancelled: 0 },
      finishedAt: null,
    });
    const asked = await one.client.GET('/worker/assignments');
    expect(asked.data).toMatchObject({ attemptIds: [], rejudging: true });

    const results = [judged('pass'), judged('violation'), { kind: 'failed', message: 'broken' }];
    const works: RejudgeWork[] = [];
    for (const result of results) {
      const work = await mustClaim(one);
      works.push(work);
      const job = jobs.find(({ jobId }) => jobId === work.jobId)!;
      expect(work).toMatchObject({
        evidence: { sha256: job.sha256, name: 'e.tar.zst' },
        timeoutSeconds: 600,
      });
      expect((await show(id)).states.running).toBe(1);
      expect(await finish(one, work, result as RejudgeResult)).toEqual([204, undefined]);
    }
    expect(await claim(one)).toBeNull();
    expect((await one.client.GET('/worker/assignments')).data!.rejudging).toBe(false);

    const ended = await show(id);
    expect(ended).toMatchObject({ states: { waiting: 0, done: 2, failed: 1 }, changed: 1 });
    expect(ended.finishedAt).not.toBeNull();
    const [changed, ...rest] = await items(id, { changed: 'true' });
    expect(rest).toEqual([]);
    const first = jobs.find(({ jobId }) => jobId === works[0]!.jobId)!.first;
    expect(changed).toMatchObject({
      jobId: works[0]!.jobId,
      scenario: 'stuck-write',
      state: 'done',
      before: { id: first.id, verdict: 'violation', verifierVersion: '1.0.0' },
      after: { verdict: 'pass', verifierVersion: '1.1.0', asExpected: false },
      gained: [],
      lost: first.rules,
    });
    expect(await items(id, { changed: 'false' })).toMatchObject([{ jobId: works[1]!.jobId }]);
    expect(await items(id, { state: 'failed' })).toMatchObject([
      { jobId: works[2]!.jobId, message: 'broken', after: null, changed: null },
    ]);
    const { prisma } = service.database;
    const outcome = await prisma.jobOutcome.findUnique({ where: { jobId: works[0]!.jobId } });
    expect(outcome).toMatchObject({ outcome: 'violation', judgementId: first.id });
    const events = await prisma.event.findMany({
      where: { data: { path: ['rejudgementId'], equals: id } },
      orderBy: { id: 'asc' },
    });
    expect(events.map(({ type }) => type)).toEqual(['rejudgement.created', 'rejudgement.finished']);
    const { data: page } = await client.GET('/rejudgements', { params: { query: { limit: 1 } } });
    expect(page!.items).toEqual([ended]);
  });

  it('give a worker the evidence that it judges, as long as it does, and no other', async () => {
    const [ours, theirs] = [await judgedJob(), await judgedJob()];
    await rejudge([ours.jobId]);
    const get = async ({ client }: TestWorker, sha256: string) => {
      const params = { path: { sha256 } };
      const { response } = await client.GET('/worker/blobs/{sha256}', {
        params,
        parseAs: 'stream',
      });
      return response.status;
    };
    expect(await get(one, ours.sha256)).toBe(404);
    const work = await mustClaim(one);
    // There is a row, and no file: it may be read, and the store has lost it.
    expect(await get(one, ours.sha256)).not.toBe(404);
    expect(await get(one, theirs.sha256)).toBe(404);
    expect(await get(other, ours.sha256)).toBe(404);
    await finish(one, work, judged('violation'));
    expect(await get(one, ours.sha256)).toBe(404);
  });

  it('take an item over when its lease has expired, and refuse the worker that had it', async () => {
    const { jobId } = await judgedJob();
    const id = await rejudge([jobId]);
    const late = await mustClaim(one);
    expect(await claim(other)).toBeNull();
    await expire(late);
    const renew = () => one.client.POST('/worker/rejudging/{itemId}/renew', fenced(late));
    // Nobody has taken it yet.
    expect((await renew()).data).toMatchObject({ cancel: false });
    await expire(late);
    const newer = await mustClaim(other);
    expect([newer.itemId, newer.fencingToken]).toEqual([late.itemId, '2']);
    expect((await renew()).error?.type).toBe('/problems/superseded');
    const superseded = [409, '/problems/superseded'];
    expect(await finish(one, late, judged('pass'))).toEqual(superseded);
    // Its own old token does not help the worker that has it now either.
    expect(await finish(other, { ...newer, fencingToken: '1' }, judged('pass'))).toEqual(
      superseded,
    );
    expect(await finish(other, newer, judged('violation'))).toEqual([204, undefined]);
    // The answer was lost, and it is said again.
    expect(await finish(other, newer, judged('violation'))).toEqual([204, undefined]);
    expect(await show(id)).toMatchObject({ states: { done: 1 }, changed: 0 });
    expect(await service.database.prisma.judgement.count({ where: { jobId } })).toBe(2);
  });

  it('go on with another worker at once when theirs is revoked, and take nothing of it any more', async () => {
    const { jobId } = await judgedJob();
    const id = await rejudge([jobId]);
    const revoked = await createWorker(service, { memoryMib: 0 });
    const work = await mustClaim(revoked);
    const { database } = service;
    const [revoking, finishing] = await database.transaction(async (sql) => {
      await sql.query('SELECT FROM rejudgements WHERE id = $1 FOR UPDATE', [id]);
      const revoking = client.POST('/workers/{workerId}/revoke', {
        params: { path: { workerId: revoked.id } },
      });
      await untilLockWaits(database, 1);
      // It is let in: the revocation is not committed.
      const finishing = finish(revoked, work, judged('violation'));
      await untilLockWaits(database, 2);
      return [[revoking], [finishing]] as const;
    });
    await Promise.all(revoking);
    expect(await Promise.all(finishing)).toEqual([[409, '/problems/superseded']]);
    expect(await database.prisma.judgement.count({ where: { jobId } })).toBe(1);
    const newer = await mustClaim(other);
    expect(newer).toMatchObject({ itemId: work.itemId, fencingToken: '2' });
    expect(await finish(other, newer, judged('violation'))).toEqual([204, undefined]);
    expect(await show(id)).toMatchObject({ states: { done: 1 } });
  });

  it('give up what three workers were lost over', async () => {
    const { jobId } = await judgedJob();
    const id = await rejudge([jobId]);
    for (let claims = 0; claims < 3; claims += 1) await expire(await mustClaim(one));
    expect(await claim(one)).toBeNull();
    expect(await items(id)).toMatchObject([{ state: 'failed', message: /3 workers/ }]);
    expect((await show(id)).finishedAt).not.toBeNull();
  });

  it('are cancelled with what is being judged, and keep what was', async () => {
    const jobs = [await judgedJob(), await judgedJob(), await judgedJob()];
    const id = await rejudge(jobs.map(({ jobId }) => jobId));
    await finish(one, await mustClaim(one), judged('violation'));
    const running = await mustClaim(one);
    const cancel = async () => {
      const params = pathOf(id);
      return (await client.POST('/rejudgements/{rejudgementId}/cancel', { params })).data!;
    };
    const cancelled = await cancel();
    expect(cancelled).toMatchObject({ states: { waiting: 0, running: 0, done: 1, cancelled: 2 } });
    expect(cancelled.finishedAt).not.toBeNull();
    expect(await cancel()).toEqual(cancelled);
    expect(await finish(one, running, judged('pass'))).toEqual([409, '/problems/superseded']);
    expect(await claim(one)).toBeNull();
  });

  it('are of judged jobs alone, and say whose evidence is not kept', async () => {
    const gone = await judgedJob();
    await service.database.prisma.artifact.deleteMany({ where: { attemptId: gone.attemptId } });
    const [waiting] = await createJobs(service, 1, { memoryMib: 4096 });
    const id = await rejudge([gone.jobId, waiting!]);
    const rejudgement = await show(id);
    expect(rejudgement).toMatchObject({ jobCount: 1, states: { failed: 1 } });
    expect(rejudgement.finishedAt).not.toBeNull();
    expect(await items(id)).toMatchObject([{ jobId: gone.jobId, message: /not kept/ }]);
  });

  it('are of one version where it is named', async () => {
    const { jobId } = await judgedJob();
    await rejudge([jobId], '1.2.0');
    expect(await claim(one, '1.1.0')).toBeNull();
    const work = await claim(one, '1.2.0');
    expect(await finish(one, work!, judged('pass', '1.1.0'))).toEqual([
      400,
      '/problems/invalid-request',
    ]);
    expect(await finish(one, work!, judged('pass', '1.2.0'))).toEqual([204, undefined]);
  });

  it('end once however many workers finish at the same time', async () => {
    const jobs = await Promise.all(Array.from({ length: 6 }, judgedJob));
    const id = await rejudge(jobs.map(({ jobId }) => jobId));
    const works: [TestWorker, RejudgeWork][] = [];
    for (let at = 0; at < 6; at += 1) {
      const worker = at % 2 === 0 ? one : other;
      works.push([worker, await mustClaim(worker)]);
    }
    const ends = works.map(([worker, work]) => finish(worker, work, judged('pass')));
    expect(new Set((await Promise.all(ends)).map(([status]) => status))).toEqual(new Set([204]));
    expect(await show(id)).toMatchObject({ states: { done: 6 }, changed: 6 });
    const finished = await service.database.prisma.event.count({
      where: { type: 'rejudgement.finished', data: { path: ['rejudgementId'], equals: id } },
    });
    expect(finished).toBe(1);
  });

  it('need operate, and workers that are enabled', async () => {
    const submitter = await service.client(['read', 'submit']);
    const { error } = await submitter.POST('/rejudgements', { body: {} });
    expect(error?.type).toBe('/problems/forbidden');
    const { jobId } = await judgedJob();
    await rejudge([jobId]);
    const { prisma } = service.database;
    await prisma.worker.update({ where: { id: one.id }, data: { state: 'draining' } });
    expect((await one.client.GET('/worker/assignments')).data!.rejudging).toBe(false);
    expect(await claim(one)).toBeNull();
    await prisma.worker.update({ where: { id: one.id }, data: { state: 'enabled' } });
    expect(await claim(one)).not.toBeNull();
  });
});
