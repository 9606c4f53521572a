import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Background } from '../background/background.js';
import { Placement } from '../placement/placement.js';
import { attemptLimit } from '../state/leases.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, type TestWorker } from '../testing/work.testing.js';
import { Reconciler } from './reconciler.js';
import { ServiceClock } from './service-clock.js';

describe('the reconciler', () => {
  let service: TestService;
  let worker: TestWorker;
  let jobId: string;

  beforeAll(async () => {
    service = await openTestService();
    await service.application.get(Background).stop();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    await service.database.query('TRUNCATE events, outbox, runs, jobs, attempts, workers CASCADE');
    await service.database.query('UPDATE service_clock SET alive_at = now(), grace_until = NULL');
    worker = await createWorker(service);
    [jobId] = (await createJobs(service, 1, { timeoutS: 100 })) as [string];
  });

  const place = () => service.application.get(Placement).place();
  const reconcile = () => service.application.get(Reconciler).reconcile();
  const touch = () => service.application.get(ServiceClock).touch();
  const job = () =>
    service.database.prisma.job.findUniqueOrThrow({
      where: { id: jobId },
      include: { outcome: true, attempts: { orderBy: { number: 'asc' } } },
    });
  const newest = async () => (await job()).attempts.at(-1)!;
  const types = async () =>
    (await service.database.prisma.event.findMany({ orderBy: { id: 'asc' } })).map(
      ({ type }) => type,
    );
  const claim = async () => {
    const { id } = await newest();
    const { data } = await worker.client.POST('/worker/attempts/{attemptId}/claim', {
      params: { path: { attemptId: id } },
      body: { instance: randomUUID() },
    });
    return {
      renew: () =>
        worker.client.POST('/worker/attempts/{attemptId}/renew', {
          params: { path: { attemptId: id } },
          body: { fencingToken: data!.fencingToken },
        }),
    };
  };
  /** Moves a time of all live attempts so many seconds into the past. */
  const shift = (column: 'assigned_at' | 'claimed_at' | 'lease_expires_at', seconds: number) =>
    service.database.query(
      `UPDATE attempts SET ${column} = now() - make_interval(secs => $1) WHERE state <> 'ended'`,
      [seconds],
    );

  it('lets a job wait again whose assignment nobody claims', async () => {
    await place();
    await reconcile();
    expect((await newest()).state).toBe('assigned');
    await shift('assigned_at', service.settings.FENCELINE_CLAIM_SECONDS + 1);
    await reconcile();
    expect(await job()).toMatchObject({
      state: 'queued',
      attempts: [{ state: 'ended', endedHow: 'lost', claimedAt: null }],
    });
    expect((await types()).slice(-2)).toEqual(['attempt.ended', 'job.queued']);
    expect(await place()).toBe(1);
    expect((await newest()).number).toBe(2);
  });

  it('tells once that a lease has expired; the worker can still renew it', async () => {
    await place();
    const { renew } = await claim();
    await shift('lease_expires_at', 1);
    await reconcile();
    await reconcile();
    const told = async () =>
      (await types()).filter((type) => type === 'attempt.lease-expired').length;
    expect(await told()).toBe(1);
    expect(await job()).toMatchObject({ state: 'active', attempts: [{ state: 'preparing' }] });
    expect((await renew()).response.status).toBe(200);
    await reconcile();
    expect(await told()).toBe(1);
    // The next time is another one.
    await shift('lease_expires_at', 0);
    await vi.waitFor(
      async () => {
        await reconcile();
        expect(await told()).toBe(2);
      },
      { timeout: 15_000 },
    );
  });

  it('makes a second attempt after the lease of the first', async () => {
    await place();
    await claim();
    await shift('lease_expires_at', 1);
    await reconcile();
    expect(await place()).toBe(1);
    expect((await job()).attempts).toMatchObject([
      { number: 1, endedHow: 'lost' },
      { number: 2, state: 'assigned' },
    ]);
  });

  it(`ends a job after ${attemptLimit} lost attempts, when one more lease has gone by`, async () => {
    for (let number = 1; number <= attemptLimit; number += 1) {
      expect(await place()).toBe(1);
      await claim();
      await shift('lease_expires_at', 1);
      await reconcile();
    }
    expect(await place()).toBe(0);
    expect(await job()).toMatchObject({ state: 'active', outcome: null });
    await shift('lease_expires_at', service.settings.FENCELINE_LEASE_SECONDS + 1);
    await reconcile();
    expect(await job()).toMatchObject({
      state: 'finished',
      outcome: { outcome: 'error', exitCode: 3, asExpected: false },
    });
    expect((await newest()).endedHow).toBe('lost');
  });

  it('does not count assignments that nobody claimed as lost attempts', async () => {
    for (let number = 1; number <= attemptLimit + 1; number += 1) {
      expect(await place()).toBe(1);
      await shift('assigned_at', service.settings.FENCELINE_CLAIM_SECONDS + 1);
      await reconcile();
    }
    expect(await place()).toBe(1);
    expect((await newest()).number).toBe(attemptLimit + 2);
  });

  it('ends an attempt beyond its time-out whose worker renews all the same', async () => {
    await place();
    const { renew } = await claim();
    await shift('claimed_at', 101);
    await reconcile();
    expect((await job()).state).toBe('active');
    await shift('claimed_at', 1000);
    await reconcile();
    expect(await job()).toMatchObject({
      state: 'finished',
      outcome: { outcome: 'timeout', exitCode: 3 },
      attempts: [{ endedHow: 'lost' }],
    });
    expect((await renew()).error).toMatchObject({ type: '/problems/superseded' });
  });

  it('ends a job that is being cancelled when its worker is gone', async () => {
    await place();
    await claim();
    const client = await service.client();
    await client.POST('/jobs/{jobId}/cancel', { params: { path: { jobId } } });
    await reconcile();
    expect((await job()).state).toBe('cancelling');
    await shift('lease_expires_at', 1);
    await reconcile();
    expect(await job()).toMatchObject({
      state: 'finished',
      outcome: { outcome: 'cancelled', summary: 'Cancelled; its worker was gone.' },
    });
  });

  it('lets no lease expire after an outage until one has gone by', async () => {
    const { database } = service;
    const { FENCELINE_LEASE_SECONDS } = service.settings;
    await place();
    await claim();
    await shift('lease_expires_at', 600);
    await shift('claimed_at', 10_000);
    await database.query(`UPDATE service_clock SET alive_at = now() - interval '10 minutes'`);
    await reconcile();
    expect(await place()).toBe(0);
    await touch();
    const clock = await database.prisma.serviceClock.findFirstOrThrow();
    expect(clock.graceUntil!.getTime() - clock.aliveAt.getTime()).toBe(
      FENCELINE_LEASE_SECONDS * 1000,
    );
    await reconcile();
    expect(await place()).toBe(0);
    expect(await types()).not.toContain('attempt.lease-expired');
    expect((await job()).state).toBe('active');
    await database.query(`UPDATE service_clock SET grace_until = now() - interval '1 second'`);
    await touch();
    await reconcile();
    expect((await job()).state).toBe('finished');
  });

  it('gives no grace while some control plane is alive', async () => {
    await touch();
    await touch();
    const clock = await service.database.prisma.serviceClock.findFirstOrThrow();
    expect(clock.graceUntil).toBeNull();
  });

  it('repairs jobs and attempts that contradict each other', async () => {
    const { database } = service;
    await place();
    await claim();
    // A job that is active without an attempt waits again.
    await database.query(
      `UPDATE attempts SET state = 'ended', ended_how = 'lost', ended_at = now()`,
    );
    await reconcile();
    expect((await job()).state).toBe('queued');
    // An attempt of a job that is finished is nobody's.
    await place();
    await database.query(`UPDATE jobs SET state = 'finished', finished_at = now()`);
    await reconcile();
    expect(await newest()).toMatchObject({ number: 2, state: 'ended', endedHow: 'lost' });
  });
});
