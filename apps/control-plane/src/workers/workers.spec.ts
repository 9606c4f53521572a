import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Background } from '../background/background.js';
import { Placement } from '../placement/placement.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, type TestWorker } from '../testing/work.testing.js';

describe('workers', () => {
  let service: TestService;
  let worker: TestWorker;

  beforeAll(async () => {
    service = await openTestService();
    await service.application.get(Background).stop();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    await service.database.query('TRUNCATE events, outbox, runs, jobs, attempts, workers CASCADE');
    worker = await createWorker(service, { slots: 2 });
  });

  const place = () => service.application.get(Placement).place();
  const params = (workerId = worker.id) => ({ params: { path: { workerId } } });

  it('say what they offer, and are told their terms', async () => {
    const capacity = {
      slots: 4,
      memoryMib: 1024,
      cores: 2,
      accelerator: 'kvm' as const,
      labels: ['rack-1'],
      version: '2.0',
    };
    const { data } = await worker.client.POST('/worker/hello', {
      body: { instance: randomUUID(), capacity },
    });
    expect(data).toEqual({
      state: 'enabled',
      leaseSeconds: 30,
      pollSeconds: 2,
      doorbell: {
        url: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+$/) as string,
        prefix: service.settings.FENCELINE_REDIS_PREFIX,
        queue: worker.id,
      },
    });
    const client = await service.client(['read']);
    const shown = await client.GET('/workers/{workerId}', params());
    expect(shown.data).toMatchObject({ capacity, present: true, attempts: [] });
  });

  it('get the ids of what is assigned to them, oldest first, and nothing of others', async () => {
    const other = await createWorker(service, { slots: 2 });
    await createJobs(service, 4);
    await place();
    const ids = await Promise.all(
      [worker, other].map(
        async ({ client }) => (await client.GET('/worker/assignments')).data!.attemptIds,
      ),
    );
    const attempts = await service.database.prisma.attempt.findMany({
      orderBy: { fencingToken: 'asc' },
    });
    const of = (id: string) => attempts.filter(({ workerId }) => workerId === id).map((a) => a.id);
    expect(ids).toEqual([of(worker.id), of(other.id)]);
    expect(ids.flat()).toHaveLength(4);
  });

  it('are listed, newest first, with what they run', async () => {
    await createWorker(service);
    await createWorker(service);
    await createJobs(service, 2, { memoryMib: 300, cores: 2 });
    await service.database.query(`UPDATE workers SET state = 'disabled' WHERE id <> $1`, [
      worker.id,
    ]);
    await place();
    const client = await service.client(['read']);
    const first = await client.GET('/workers', { params: { query: { limit: 2 } } });
    const rest = await client.GET('/workers', {
      params: { query: { limit: 2, cursor: first.data!.next! } },
    });
    expect(first.data!.items).toHaveLength(2);
    expect(rest.data!.next).toBeNull();
    expect(rest.data!.items).toMatchObject([
      { id: worker.id, present: true, busy: { slots: 2, memoryMib: 600, cores: 4 } },
    ]);
    const shown = await client.GET('/workers/{workerId}', params());
    expect(shown.data!.attempts).toMatchObject([
      { state: 'assigned', number: 1, scenarioName: 'stuck-write' },
      { state: 'assigned' },
    ]);
  });

  it('get nothing more once they are drained, until they are enabled', async () => {
    const client = await service.client(['operate'], 'olga');
    const drained = await client.POST('/workers/{workerId}/drain', params());
    expect(drained.data).toMatchObject({ state: 'draining' });
    await client.POST('/workers/{workerId}/drain', params());
    await createJobs(service, 1);
    expect(await place()).toBe(0);
    const { data } = await worker.client.GET('/worker/assignments');
    expect(data!.terms.state).toBe('draining');
    const enabled = await client.POST('/workers/{workerId}/enable', params());
    expect(enabled.data).toMatchObject({ state: 'enabled' });
    expect(await place()).toBe(1);
    const events = await service.database.prisma.event.findMany({
      where: { type: 'worker.state' },
      orderBy: { id: 'asc' },
    });
    expect(events.map((event) => event.data)).toEqual([
      { state: 'draining', by: 'olga' },
      { state: 'enabled', by: 'olga' },
    ]);
  });

  it('are disabled by an administrator, and enabled by no other', async () => {
    const operator = await service.client(['operate']);
    const admin = await service.client(['admin', 'operate']);
    const refused = await operator.POST('/workers/{workerId}/disable', params());
    expect(refused.response.status).toBe(403);
    await admin.POST('/workers/{workerId}/disable', params());
    for (const path of ['/workers/{workerId}/enable', '/workers/{workerId}/drain'] as const) {
      const { response, error } = await operator.POST(path, params());
      expect(response.status).toBe(403);
      expect(error).toMatchObject({ type: '/problems/forbidden' });
    }
    const enabled = await admin.POST('/workers/{workerId}/enable', params());
    expect(enabled.data).toMatchObject({ state: 'enabled' });
  });

  it('of another project are not there', async () => {
    const { prisma } = service.database;
    const { id: projectId } = await prisma.project.create({ data: { name: randomUUID() } });
    const theirs = await createWorker({ ...service, projectId });
    const client = await service.client();
    const shown = await client.GET('/workers/{workerId}', params(theirs.id));
    expect(shown.error).toMatchObject({ type: '/problems/not-found' });
    const drained = await client.POST('/workers/{workerId}/drain', params(theirs.id));
    expect(drained.response.status).toBe(404);
    expect((await client.GET('/workers')).data!.items.map(({ id }) => id)).toEqual([worker.id]);
  });
});
