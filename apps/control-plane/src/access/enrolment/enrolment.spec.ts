import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '@fenceline/client';
import { startRedis, type EmbeddedRedis } from '@fenceline/embedded';
import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Doorbell } from '../../redis/doorbell.js';
import { openTestService, type TestService } from '../../testing/test-service.testing.js';
import { RedisAccounts } from './redis-accounts.js';

const capacity = {
  ...{ slots: 2, memoryMib: 4096, cores: 2, accelerator: 'tcg' as const },
  ...{ labels: ['rack/1'], version: '0.1.0' },
};

describe('enrolment', () => {
  let service: TestService;
  let redis: EmbeddedRedis;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fenceline-enrolment-'));
    redis = await startRedis({ folder });
    service = await openTestService({ REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await service.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function joinToken(): Promise<string> {
    const admin = await service.client(['admin']);
    const { data } = await admin.POST('/join-tokens', { body: { expiresInHours: 1 } });
    return data!.secret;
  }

  async function enrol(name: string, token: string) {
    return connect({ service: service.url }).POST('/worker/enrol', {
      body: { joinToken: token, name, capacity },
    });
  }

  async function enrolled(name: string): Promise<{ workerId: string; credential: string }> {
    const { data } = await enrol(name, await joinToken());
    return data!;
  }

  async function revoke(workerId: string): Promise<void> {
    const admin = await service.client(['admin']);
    const params = { path: { workerId } };
    expect((await admin.POST('/workers/{workerId}/revoke', { params })).response.status).toBe(200);
  }

  it('uses a join token up, once, however many come with it at the same time', async () => {
    const token = await joinToken();
    const answers = await Promise.all(['one', 'two', 'three'].map((name) => enrol(name, token)));
    const statuses = answers.map(({ response }) => response.status);
    expect(statuses.sort()).toEqual([201, 401, 401]);
    const { workerId, credential } = answers.find(({ data }) => data !== undefined)!.data!;
    expect(credential).toMatch(/^flw_[\w-]{43}$/);
    const worker = await service.database.prisma.worker.findUniqueOrThrow({
      where: { id: workerId },
    });
    expect(worker).toMatchObject({ ...capacity, state: 'enabled', owner: 'alice' });
    const { data: page } = await (
      await service.client(['admin'])
    ).GET('/join-tokens', { params: { query: { limit: 1 } } });
    expect(page!.items[0]).toMatchObject({ workerId });
    const event = await service.database.prisma.event.findFirstOrThrow({ where: { workerId } });
    expect(event).toMatchObject({ type: 'worker.enrolled', data: { name: worker.name } });
  });

  it('leaves the join token unused where the name is taken', async () => {
    await enrolled('taken');
    const token = await joinToken();
    expect((await enrol('taken', token)).response.status).toBe(409);
    expect((await enrol('free', token)).response.status).toBe(201);
  });

  it('lets the name of a worker that was revoked be used again, by another worker', async () => {
    const { workerId } = await enrolled('again');
    await revoke(workerId);
    const newer = await enrolled('again');
    expect(newer.workerId).not.toBe(workerId);
    const token = await joinToken();
    expect((await enrol('again', token)).response.status).toBe(409);
    const { data } = await (
      await service.client(['read'])
    ).GET('/workers/{workerId}', { params: { path: { workerId } } });
    expect(data).toMatchObject({
      name: `again (revoked, ${workerId.slice(0, 8)})`,
      revokedAt: expect.any(String) as string,
    });
  });

  it('takes no join token that is over or was revoked', async () => {
    const admin = await service.client(['admin']);
    const { data: revoked } = await admin.POST('/join-tokens', { body: { expiresInHours: 1 } });
    const params = { path: { joinTokenId: revoked!.id } };
    const revoke = () => admin.DELETE('/join-tokens/{joinTokenId}', { params });
    expect((await revoke()).response.status).toBe(204);
    expect((await revoke()).response.status).toBe(404);
    expect((await enrol('late-1', revoked!.secret)).response.status).toBe(401);
    const { data: over } = await admin.POST('/join-tokens', { body: { expiresInHours: 1 } });
    await service.database.query(`UPDATE join_tokens SET expires_at = now() WHERE id = $1`, [
      over!.id,
    ]);
    expect((await enrol('late-2', over!.secret)).response.status).toBe(401);
  });

  it("lets a worker's credential call what is for workers, and nothing else", async () => {
    const { credential } = await enrolled('scoped');
    const worker = connect({ service: service.url, token: credential });
    expect((await worker.GET('/scenarios')).response.status).toBe(403);
    expect((await worker.GET('/session')).data).toMatchObject({ scopes: [] });
  });

  describe('gives each worker an account in Redis', () => {
    async function signIn(worker: { workerId: string; credential: string }): Promise<Redis> {
      const client = new Redis(redis.port, '127.0.0.1', {
        username: `worker-${worker.workerId}`,
        password: worker.credential,
        ...{ maxRetriesPerRequest: null, lazyConnect: true, retryStrategy: () => null },
      });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    }

    it('with which its doorbell rings', async () => {
      const worker = await enrolled('rings');
      const connection = await signIn(worker);
      const bull = new Worker(worker.workerId, () => Promise.resolve(), {
        connection,
        prefix: service.settings.FENCELINE_REDIS_PREFIX,
      });
      const rung = once(bull, 'completed') as Promise<[Job]>;
      await service.application.get(Doorbell).ring(worker.workerId, 'a-1');
      const [job] = await rung;
      expect(job.data).toEqual({ attemptId: 'a-1' });
      await bull.close();
      connection.disconnect();
    });

    it('that reads no foreign queue, forges no job and looks at nothing else', async () => {
      const { FENCELINE_REDIS_PREFIX: prefix } = service.settings;
      const [mine, theirs] = [await enrolled('mine'), await enrolled('theirs')];
      const client = await signIn(mine);
      await service.application.get(Doorbell).ring(theirs.workerId, 'a-2');
      const keyOf = (worker: { workerId: string }, key: string) =>
        `${prefix}:${worker.workerId}:${key}`;
      await expect(client.lrange(keyOf(mine, 'wait'), 0, -1)).resolves.toEqual([]);
      const denied = [
        client.lrange(keyOf(theirs, 'wait'), 0, -1),
        client.hgetall(keyOf(theirs, 'attempt-a-2')),
        client.lpush(keyOf(theirs, 'wait'), 'forged'),
        client.bzpopmin(keyOf(theirs, 'marker'), 1),
        client.eval(`return redis.call('lrange', KEYS[1], 0, -1)`, 1, keyOf(theirs, 'wait')),
        client.eval(`return redis.call('lrange', ARGV[1], 0, -1)`, 0, keyOf(theirs, 'wait')),
        client.keys('*'),
        client.scan(0),
        client.flushall(),
        client.acl('LIST'),
        client.config('GET', '*'),
        client.subscribe('anything'),
        client.publish('anything', 'x'),
        client.script('FLUSH'),
      ];
      for (const one of denied)
        await expect(one).rejects.toThrow(/NOPERM|ACL failure|can't access|permission/);
      const forged = new Queue(theirs.workerId, { connection: client, prefix });
      forged.on('error', () => undefined);
      await expect(forged.add('attempt', { attemptId: 'forged' })).rejects.toThrow(/NOPERM|ACL/);
      await forged.close();
      client.disconnect();
    });

    it('that the credential of another worker does not open', async () => {
      const [mine, theirs] = [await enrolled('opens'), await enrolled('does-not')];
      await expect(
        signIn({ workerId: mine.workerId, credential: theirs.credential }),
      ).rejects.toThrow();
    });

    it('that ends when it is revoked, with what is connected', async () => {
      const worker = await enrolled('ends');
      const client = await signIn(worker);
      const ended = once(client, 'end');
      await revoke(worker.workerId);
      await ended;
      await expect(signIn(worker)).rejects.toThrow();
    });

    it('that ends although it was revoked while the control plane had lost Redis', async () => {
      const worker = await enrolled('ends-late');
      const doorbell = service.application.get(Doorbell);
      doorbell.redis.disconnect();
      await vi.waitUntil(() => !doorbell.up);
      await revoke(worker.workerId);
      const client = await signIn(worker);
      const ended = once(client, 'end');
      await doorbell.redis.connect();
      await ended;
      await expect(signIn(worker)).rejects.toThrow();
    });

    it('again when Redis came back empty', async () => {
      const worker = await enrolled('comes-back');
      (await signIn(worker)).disconnect();
      await redis.stop();
      redis = await startRedis({ folder, port: redis.port });
      const client = await vi.waitUntil(() => signIn(worker).catch(() => null), 10_000);
      expect(await client.ping()).toBe('PONG');
      client.disconnect();
    });
  });

  it('goes on without accounts where Redis does not let us make them, and says so once', async () => {
    const root = new Redis(redis.url);
    await root.acl('SETUSER', 'plain', 'on', '>plain', '~*', '&*', '+@all', '-acl');
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const url = `redis://plain:plain@127.0.0.1:${redis.port}`;
    const poor = await openTestService({ REDIS_URL: url }, log);
    try {
      const admin = await poor.client(['admin']);
      for (const name of ['poor-1', 'poor-2']) {
        const { data } = await admin.POST('/join-tokens', { body: {} });
        const { response } = await connect({ service: poor.url }).POST('/worker/enrol', {
          body: { joinToken: data!.secret, name, capacity },
        });
        expect(response.status).toBe(201);
      }
      expect(poor.application.get(RedisAccounts).available).toBe(false);
      expect(lines.filter((line) => line.includes('accounts for workers'))).toHaveLength(1);
    } finally {
      await poor.close();
      root.disconnect();
    }
  });
});
