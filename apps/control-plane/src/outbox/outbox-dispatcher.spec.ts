import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Background } from '../background/background.js';
import { Placement } from '../placement/placement.js';
import { Doorbell } from '../redis/doorbell.js';
import { JobLifecycle } from '../state/job-lifecycle.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, type TestWorker } from '../testing/work.testing.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';

describe('the outbox', () => {
  let service: TestService;
  let redis: Redis;
  let worker: TestWorker;
  let queue: Queue<{ attemptId: string }>;

  beforeAll(async () => {
    service = await openTestService();
    await service.application.get(Background).stop();
    redis = new Redis(service.settings.REDIS_URL, { maxRetriesPerRequest: null });
    await vi.waitFor(() => expect(service.application.get(Doorbell).up).toBe(true), {
      timeout: 15_000,
    });
  });
  afterAll(async () => {
    redis.disconnect();
    await service.close();
  });
  beforeEach(async () => {
    await service.database.query('TRUNCATE events, outbox, runs, jobs, attempts, workers CASCADE');
    worker = await createWorker(service, { slots: 3 });
    queue = new Queue(worker.id, {
      connection: redis,
      prefix: service.settings.FENCELINE_REDIS_PREFIX,
    });
  });
  afterEach(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
  });

  const dispatch = () => service.application.get(OutboxDispatcher).dispatch();
  const rows = () => service.database.prisma.outboxRow.findMany();
  const rung = async () => (await queue.getWaiting()).map(({ data }) => data.attemptId).toSorted();
  const assigned = async () =>
    (await service.database.prisma.attempt.findMany({ where: { state: 'assigned' } }))
      .map(({ id }) => id)
      .toSorted();
  const assign = async (count: number) => {
    await createJobs(service, count);
    await service.application.get(Placement).place();
  };

  it('rings at the worker of each assignment, and keeps nothing', async () => {
    await assign(3);
    expect(await rows()).toHaveLength(3);
    await dispatch();
    expect(await rung()).toEqual(await assigned());
    expect(await rows()).toEqual([]);
  });

  it('keeps what it could not ring, and tries again later', async () => {
    await assign(1);
    const ring = vi
      .spyOn(service.application.get(Doorbell), 'ring')
      .mockRejectedValue(new Error('Redis is away'));
    try {
      await dispatch();
      await dispatch();
      expect(ring).toHaveBeenCalledTimes(1);
      expect(await rows()).toMatchObject([{ tries: 1 }]);
      await service.database.query("UPDATE outbox SET available_at = now() - interval '1 second'");
      await dispatch();
      const [row] = await rows();
      expect(row).toMatchObject({ tries: 2 });
      expect(row!.availableAt.getTime() - Date.now()).toBeGreaterThan(1000);
    } finally {
      ring.mockRestore();
    }
    await service.database.query("UPDATE outbox SET available_at = now() - interval '1 second'");
    await dispatch();
    expect(await rung()).toEqual(await assigned());
    expect(await rows()).toEqual([]);
  });

  it('rings for what is to be cancelled, and its worker is told it as it asks', async () => {
    await assign(1);
    await dispatch();
    await queue.obliterate({ force: true });
    const [attemptId] = (await assigned()) as [string];
    await worker.client.POST('/worker/attempts/{attemptId}/claim', {
      params: { path: { attemptId } },
      body: { instance: randomUUID() },
    });
    const asks = async () => (await worker.client.GET('/worker/assignments')).data!.attemptIds;
    expect(await asks()).toEqual([]);
    const { jobId } = await service.database.prisma.attempt.findFirstOrThrow();
    await service.database.transaction((sql) =>
      service.application.get(JobLifecycle).cancel(sql, jobId, 'alice'),
    );
    await dispatch();
    expect(await rung()).toEqual([attemptId]);
    expect(await asks()).toEqual([attemptId]);
    expect(await rows()).toEqual([]);
  });

  it('does not ring for what was claimed meanwhile', async () => {
    await assign(1);
    const [attemptId] = await assigned();
    await worker.client.POST('/worker/attempts/{attemptId}/claim', {
      params: { path: { attemptId: attemptId! } },
      body: { instance: randomUUID() },
    });
    await dispatch();
    expect(await rung()).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it('rings again for all that is unclaimed when Redis comes back, perhaps empty', async () => {
    await assign(2);
    await dispatch();
    await queue.obliterate({ force: true });
    expect(await rung()).toEqual([]);
    const { redis: connection } = service.application.get(Doorbell);
    connection.disconnect(true);
    await vi.waitFor(async () => expect(await rows()).toHaveLength(2), { timeout: 15_000 });
    await dispatch();
    expect(await rung()).toEqual(await assigned());
  });
});
