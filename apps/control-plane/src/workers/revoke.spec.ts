import { randomUUID } from 'node:crypto';
import { connect, type Client } from '@fenceline/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Background } from '../background/background.js';
import { Placement } from '../placement/placement.js';
import { createAttempt } from '../testing/attempt.testing.js';
import { untilLockWaits } from '../testing/lock-waits.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, type TestWorker } from '../testing/work.testing.js';
import { announce } from '../uploads/uploads.testing.js';

describe('a worker that is revoked', () => {
  let service: TestService;
  let second: TestService;
  let admin: Client;

  beforeAll(async () => {
    service = await openTestService();
    const { DATABASE_URL } = service.settings;
    second = await openTestService({ DATABASE_URL });
    for (const { application } of [service, second]) await application.get(Background).stop();
    admin = await service.client(['admin', 'operate', 'read'], 'root');
  });
  afterAll(async () => {
    await second.close();
    await service.close();
  });
  beforeEach(() =>
    service.database.query('TRUNCATE events, outbox, runs, jobs, attempts, workers CASCADE'),
  );

  const place = () => service.application.get(Placement).place();
  const params = (workerId: string) => ({ params: { path: { workerId } } });
  const revoke = async (workerId: string) =>
    (await admin.POST('/workers/{workerId}/revoke', params(workerId))).data!;
  const attempts = () =>
    service.database.prisma.attempt.findMany({ orderBy: { fencingToken: 'asc' } });
  const claim = ({ client }: TestWorker, attemptId: string) =>
    client.POST('/worker/attempts/{attemptId}/claim', {
      params: { path: { attemptId } },
      body: { instance: randomUUID() },
    });

  it('is so for good, by administrators alone, and all that it has is given up', async () => {
    const attempt = await createAttempt(service);
    const other = params(attempt.workerId);
    const upload = await announce(attempt, Buffer.from('a recording'));
    const operator = await service.client(['operate']);
    const refused = await operator.POST('/workers/{workerId}/revoke', other);
    expect(refused.response.status).toBe(403);
    const revoked = await revoke(attempt.workerId);
    expect(revoked).toMatchObject({ attempts: [], revokedAt: expect.any(String) as string });
    const { prisma } = service.database;
    expect(await attempts()).toMatchObject([
      { state: 'ended', endedHow: 'lost', message: 'Its worker was revoked.' },
    ]);
    expect(await prisma.upload.findUniqueOrThrow({ where: { id: upload.id } })).toMatchObject({
      state: 'abandoned',
    });
    expect(await prisma.job.findUniqueOrThrow({ where: { id: attempt.jobId } })).toMatchObject({
      state: 'queued',
    });
    expect(await revoke(attempt.workerId)).toEqual(revoked);
    expect(await prisma.auditEntry.count({ where: { action: 'revokeWorker' } })).toBe(1);
    expect(await prisma.event.findMany({ where: { type: 'worker.state' } })).toMatchObject([
      { workerId: attempt.workerId, data: { revoked: true, by: 'root' } },
    ]);
    for (const path of ['/workers/{workerId}/enable', '/workers/{workerId}/drain'] as const) {
      expect((await admin.POST(path, other)).error).toMatchObject({ type: '/problems/conflict' });
    }
  });

  it('is refused at once, by every control plane', async () => {
    const { id, credential } = await createWorker(service);
    const says = async ({ url }: TestService) =>
      (await connect({ service: url, token: credential }).GET('/worker/assignments')).response
        .status;
    expect([await says(service), await says(second)]).toEqual([200, 200]);
    await revoke(id);
    expect([await says(second), await says(service)]).toEqual([401, 401]);
  });

  it('is listed where it is asked for', async () => {
    const [revoked, other] = [await createWorker(service), await createWorker(service)];
    await revoke(revoked.id);
    const ids = async (all: string) =>
      (await admin.GET('/workers', { params: { query: { revoked: all } } })).data!.items.map(
        ({ id }) => id,
      );
    expect(await ids('false')).toEqual([other.id]);
    expect(await ids('true')).toEqual([other.id, revoked.id]);
  });

  it('leaves its jobs to another, which makes a newer attempt', async () => {
    const lost = await createWorker(service);
    const [jobId] = await createJobs(service, 1);
    await place();
    await claim(lost, (await attempts())[0]!.id);
    const other = await createWorker(service);
    await revoke(lost.id);
    expect(await place()).toBe(1);
    const [first, next] = await attempts();
    expect(first).toMatchObject({ jobId, workerId: lost.id, state: 'ended', endedHow: 'lost' });
    expect(next).toMatchObject({ jobId, workerId: other.id, number: 2, state: 'assigned' });
    expect((await claim(other, next!.id)).response.status).toBe(200);
  });

  it('has a job that is being cancelled be cancelled', async () => {
    const { workerId, jobId } = await createAttempt(service);
    const { prisma } = service.database;
    await prisma.job.update({ where: { id: jobId }, data: { state: 'cancelling' } });
    await revoke(workerId);
    expect(
      await prisma.job.findUniqueOrThrow({ where: { id: jobId }, include: { outcome: true } }),
    ).toMatchObject({ state: 'finished', outcome: { outcome: 'cancelled' } });
    expect(await attempts()).toMatchObject([{ state: 'ended', endedHow: 'lost' }]);
  });

  it('gets nothing of a placement that has chosen it before', async () => {
    const worker = await createWorker(service, { slots: 2 });
    const [jobId] = await createJobs(service, 1);
    await place();
    await createJobs(service, 1);
    const { database } = service;
    const [revoking, placing] = await database.transaction(async (sql) => {
      // What it runs is lost after it was revoked, and before that is committed.
      await sql.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [jobId]);
      const revoking = revoke(worker.id);
      await untilLockWaits(database, 1);
      const placing = place();
      await untilLockWaits(database, 2);
      return [[revoking], [placing]] as const;
    });
    expect((await Promise.all(revoking))[0].attempts).toEqual([]);
    expect(await Promise.all(placing)).toEqual([0]);
    expect(await attempts()).toMatchObject([{ jobId, state: 'ended', endedHow: 'lost' }]);
  });

  it('loses what a placement gives it meanwhile', async () => {
    const worker = await createWorker(service);
    const [jobId] = await createJobs(service, 1);
    const { database } = service;
    const [placing, revoking] = await database.transaction(async (sql) => {
      await sql.query('LOCK TABLE outbox IN SHARE MODE');
      const placing = place();
      await untilLockWaits(database, 1);
      const revoking = revoke(worker.id);
      await untilLockWaits(database, 2);
      return [[placing], [revoking]] as const;
    });
    expect(await Promise.all(placing)).toEqual([1]);
    expect((await Promise.all(revoking))[0].attempts).toEqual([]);
    expect(await attempts()).toMatchObject([{ jobId, state: 'ended', endedHow: 'lost' }]);
    expect(await database.prisma.job.findMany()).toMatchObject([{ state: 'queued' }]);
  });

  describe('cannot, with a request that was let in before,', () => {
    let worker: TestWorker;
    let attemptId: string;
    let jobId: string;

    beforeEach(async () => {
      worker = await createWorker(service);
      [jobId] = (await createJobs(service, 1)) as [string];
      await place();
      attemptId = (await attempts())[0]!.id;
    });

    /** Has the request wait behind the revocation. @returns the status of its answer */
    async function lateStatus(request: () => Promise<{ response: Response }>): Promise<number> {
      const { database } = service;
      const [revoking, asking] = await database.transaction(async (sql) => {
        await sql.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [jobId]);
        const revoking = revoke(worker.id);
        await untilLockWaits(database, 1);
        const asking = request();
        await untilLockWaits(database, 2);
        return [[revoking], [asking]] as const;
      });
      await Promise.all(revoking);
      const [{ response }] = await Promise.all(asking);
      return response.status;
    }

    it('claim an attempt', async () => {
      expect(await lateStatus(() => claim(worker, attemptId))).toBe(409);
      expect(await attempts()).toMatchObject([{ claimedAt: null, endedHow: 'lost' }]);
    });

    it('finish a job', async () => {
      const { fencingToken } = (await claim(worker, attemptId)).data!;
      const finish = () =>
        worker.client.POST('/worker/attempts/{attemptId}/finish', {
          params: { path: { attemptId } },
          body: { fencingToken, result: { kind: 'error', message: 'no' }, uploadIds: [] },
        });
      expect(await lateStatus(finish)).toBe(409);
      expect(await attempts()).toMatchObject([{ endedHow: 'lost' }]);
      expect(await service.database.prisma.jobOutcome.count()).toBe(0);
    });
  });
});
