import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Background } from '../background/background.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker } from '../testing/work.testing.js';
import { Placement } from './placement.js';
import { WaitingReason } from './waiting-reason.js';

describe('placement, with two control planes on one database', () => {
  let service: TestService;
  let second: TestService;
  let placements: Placement[];

  beforeAll(async () => {
    service = await openTestService();
    const { DATABASE_URL } = service.settings;
    second = await openTestService({ DATABASE_URL });
    for (const { application } of [service, second]) await application.get(Background).stop();
    placements = [service, second].map(({ application }) => application.get(Placement));
  });
  afterAll(async () => {
    await second.close();
    await service.close();
  });
  beforeEach(async () => {
    await service.database.query('TRUNCATE events, outbox, runs, jobs, attempts, workers CASCADE');
    await service.database.query('UPDATE service_clock SET alive_at = now(), grace_until = NULL');
  });

  const attempts = () =>
    service.database.prisma.attempt.findMany({ orderBy: { fencingToken: 'asc' } });

  it('places each job once, however often both place at once', async () => {
    await createWorker(service, { slots: 10, memoryMib: 1_000_000, cores: 100 });
    await createWorker(service, { slots: 10, memoryMib: 1_000_000, cores: 100 });
    const jobIds = await createJobs(service, 30);
    const counts = await Promise.all(
      Array.from({ length: 12 }, (_, turn) => placements[turn % 2]!.place()),
    );
    while (counts.reduce((sum, count) => sum + count, 0) < 20) {
      counts.push(await placements[counts.length % 2]!.place());
    }
    const made = await attempts();
    expect(made).toHaveLength(20);
    expect(made.map(({ jobId }) => jobId).toSorted()).toEqual(jobIds.slice(0, 20).toSorted());
    const outbox = await service.database.prisma.outboxRow.findMany();
    expect(outbox.map(({ kind, payload }) => [kind, payload])).toEqual(
      expect.arrayContaining(
        made.map(({ id, workerId }) => ['doorbell', { workerId, attemptId: id }]),
      ),
    );
    expect(outbox).toHaveLength(20);
    const jobs = await service.database.prisma.job.groupBy({ by: ['state'], _count: true });
    expect(new Map(jobs.map(({ state, _count }) => [state, _count]))).toEqual(
      new Map([
        ['active', 20],
        ['queued', 10],
      ]),
    );
    const events = await service.database.prisma.event.findMany({ orderBy: { id: 'asc' } });
    for (const { id, jobId } of made) {
      expect(events.filter((event) => event.jobId === jobId)).toMatchObject([
        { type: 'job.active', attemptId: id, data: { state: 'active' } },
        { type: 'attempt.assigned', attemptId: id, data: { state: 'assigned', number: 1 } },
      ]);
    }
  });

  it('gives nothing to workers that are drained, gone or of another project', async () => {
    const { prisma } = service.database;
    const other = await prisma.project.create({ data: { name: 'other' } });
    await createWorker({ ...service, projectId: other.id });
    const drained = await createWorker(service);
    await prisma.worker.update({ where: { id: drained.id }, data: { state: 'draining' } });
    const gone = await createWorker(service);
    await prisma.worker.update({
      where: { id: gone.id },
      data: { lastSeenAt: new Date(Date.now() - 3_600_000) },
    });
    const [jobId] = await createJobs(service, 1);
    const job = await prisma.job.findUniqueOrThrow({ where: { id: jobId! } });
    const needs = { memoryMib: 256, cores: 1, accelerator: 'none' as const, labels: [] };
    const why = () => service.application.get(WaitingReason).of(job.projectId, needs);
    expect(await placements[0]!.place()).toBe(0);
    expect(await why()).toBe('The one worker that could run it was not heard of lately.');
    // It asks for assignments, and so is heard of.
    await gone.client.GET('/worker/assignments');
    expect(await placements[0]!.place()).toBe(1);
    expect(await attempts()).toMatchObject([{ workerId: gone.id, jobId }]);
    expect(await why()).toBe('The one worker that could run it is busy with other jobs.');
  });

  it('places urgent jobs first, and shares between owners', async () => {
    await createWorker(service, { slots: 4 });
    await createJobs(service, 5, { owner: 'alice' });
    await createJobs(service, 5, { owner: 'bob' });
    const [urgent] = await createJobs(service, 1, { owner: 'alice', priority: 10 });
    await placements[0]!.place();
    const made = await attempts();
    expect(made.map(({ owner }) => owner).toSorted()).toEqual(['alice', 'alice', 'bob', 'bob']);
    expect(made.map(({ jobId }) => jobId)).toContain(urgent);
  });

  it('replaces an attempt whose lease has expired, and no other', async () => {
    const { database } = service;
    const lost = await createWorker(service);
    const [jobId] = await createJobs(service, 1);
    await placements[0]!.place();
    await lost.client.POST('/worker/attempts/{attemptId}/claim', {
      params: { path: { attemptId: (await attempts())[0]!.id } },
      body: { instance: crypto.randomUUID() },
    });
    const free = await createWorker(service);
    expect(await placements[0]!.place()).toBe(0);
    await database.query(`UPDATE attempts SET lease_expires_at = now() - interval '1 second'`);
    // Nobody knows whether the service was away.
    await database.query(`UPDATE service_clock SET alive_at = now() - interval '1 hour'`);
    expect(await placements[0]!.place()).toBe(0);
    // It was, and every worker still has the time of one lease.
    await database.query(
      `UPDATE service_clock SET alive_at = now(), grace_until = now() + interval '1 minute'`,
    );
    expect(await placements[0]!.place()).toBe(0);
    await database.query(`UPDATE service_clock SET grace_until = now() - interval '1 second'`);
    await database.prisma.worker.update({
      where: { id: lost.id },
      data: { lastSeenAt: new Date(0) },
    });
    expect(await placements[0]!.place()).toBe(1);
    const made = await attempts();
    expect(made).toMatchObject([
      { jobId, number: 1, state: 'ended', endedHow: 'lost', workerId: lost.id },
      { jobId, number: 2, state: 'assigned', workerId: free.id },
    ]);
    expect(made[1]!.fencingToken).toBeGreaterThan(made[0]!.fencingToken);
    const events = await database.prisma.event.findMany({ orderBy: { id: 'asc' } });
    expect(events.slice(-2)).toMatchObject([
      { type: 'attempt.ended', attemptId: made[0]!.id, data: { how: 'lost', number: 1 } },
      { type: 'attempt.assigned', attemptId: made[1]!.id, data: { number: 2 } },
    ]);
  });

  it('gives a worker that came back alone the job that it had lost', async () => {
    const { database } = service;
    const worker = await createWorker(service, { slots: 1 });
    await createJobs(service, 1);
    await placements[0]!.place();
    await worker.client.POST('/worker/attempts/{attemptId}/claim', {
      params: { path: { attemptId: (await attempts())[0]!.id } },
      body: { instance: crypto.randomUUID() },
    });
    await database.query(`UPDATE attempts SET lease_expires_at = now() - interval '1 second'`);
    expect(await placements[0]!.place()).toBe(1);
    expect(await attempts()).toMatchObject([{ endedHow: 'lost' }, { state: 'assigned' }]);
  });
});

describe('placement by itself', () => {
  it('is woken when a worker says what it offers', async () => {
    const service = await openTestService();
    try {
      const worker = await createWorker(service, { slots: 1, memoryMib: 0 });
      await createJobs(service, 1);
      await worker.client.POST('/worker/hello', {
        body: {
          instance: crypto.randomUUID(),
          capacity: {
            slots: 1,
            memoryMib: 4096,
            cores: 4,
            accelerator: null,
            labels: [],
            version: 'spec',
          },
        },
      });
      await vi.waitFor(
        async () => {
          const { data } = await worker.client.GET('/worker/assignments');
          expect(data!.attemptIds).toHaveLength(1);
        },
        { timeout: 15_000 },
      );
    } finally {
      await service.close();
    }
  });
});
