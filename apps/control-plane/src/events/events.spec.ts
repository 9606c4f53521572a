import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAttempt } from '../testing/attempt.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { appendEvents, type NewEvent } from './append-event.js';
import { LiveChannel } from '../live/live-channel.js';
import { EventReader } from './event-reader.js';
import { EventRetention } from './event-retention.js';
import { readStream, take } from './read-stream.testing.js';

/** How long is waited for what comes soon, also on a machine that is busy, ms. */
const patient = { timeout: 15_000 };

describe('events', () => {
  let service: TestService;
  let token: string;
  const ends: AbortController[] = [];

  beforeAll(async () => {
    service = await openTestService();
    token = await service.token(['read']);
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end.abort();
  });
  afterAll(() => service.close());

  const open = async (query: string, headers: Record<string, string> = {}, bearer = token) => {
    const end = new AbortController();
    ends.push(end);
    return fetch(`${service.url}/api/v1/events${query}`, {
      headers: { authorization: `Bearer ${bearer}`, ...headers },
      signal: end.signal,
    });
  };
  const stream = async (...given: Parameters<typeof open>) => readStream(await open(...given));
  const write = (...events: Partial<NewEvent>[]) =>
    service.database.transaction((sql) =>
      appendEvents(
        sql,
        events.map((event) => ({
          projectId: service.projectId,
          owner: 'alice',
          type: 'spec.written',
          ...event,
        })),
      ),
    );
  /** The head of the log once everything has its number. */
  const settled = async () => {
    await expect
      .poll(() => service.database.prisma.event.count({ where: { number: null } }), patient)
      .toBe(0);
    return service.application.get(EventReader).head();
  };

  it('streams what happens, with its number as id', async () => {
    const after = await settled();
    const response = await open(`?after=${after}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const reader = readStream(response);
    await write({ data: { line: '<script>\n\ndata: x' } });
    const [event] = await take(reader, 1);
    expect(event).toMatchObject({
      id: String(after + 1n),
      event: 'message',
      data: {
        number: String(after + 1n),
        type: 'spec.written',
        owner: 'alice',
        runId: null,
        data: { line: '<script>\n\ndata: x' },
      },
    });
  });

  it('goes on after Last-Event-ID, whatever the address says', async () => {
    const after = await settled();
    await write({ data: { n: 1 } }, { data: { n: 2 } }, { data: { n: 3 } });
    const all = await take(await stream(`?after=${after}`), 3);
    expect(all.map(({ data }) => data.data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const rest = await stream(`?after=${after}`, { 'last-event-id': all[0]!.id! });
    expect((await take(rest, 2)).map(({ id }) => id)).toEqual([all[1]!.id, all[2]!.id]);
    const wrong = await open('', { 'last-event-id': 'x' });
    expect(wrong.status).toBe(400);
  });

  it('begins with what happens from now on where no place is given', async () => {
    await write({ data: { n: 'before' } });
    await settled();
    const reader = await stream('');
    await write({ data: { n: 'after' } });
    expect((await take(reader, 1))[0]!.data.data).toEqual({ n: 'after' });
  });

  it('streams those of a run, of a job, of some types, and never those of another project', async () => {
    const after = await settled();
    const other = await service.database.prisma.project.create({ data: { name: 'other' } });
    const [runId, jobId] = [crypto.randomUUID(), crypto.randomUUID()];
    await write(
      { projectId: other.id, runId, jobId, type: 'job.queued' },
      { runId, type: 'run.submitted' },
      { runId, jobId, type: 'job.queued' },
      { type: 'worker.state' },
      { runId, jobId, type: 'job.active' },
    );
    const typesOf = async (query: string, count: number) =>
      (await take(await stream(`?after=${after}${query}`), count)).map(({ data }) => data.type);
    expect(await typesOf(`&runId=${runId}`, 3)).toEqual([
      'run.submitted',
      'job.queued',
      'job.active',
    ]);
    expect(await typesOf(`&jobId=${jobId}`, 2)).toEqual(['job.queued', 'job.active']);
    expect(await typesOf('&types=job.active,worker.state', 2)).toEqual([
      'worker.state',
      'job.active',
    ]);
    expect((await open('?types=<script>')).status).toBe(400);
    expect((await open('?live=true')).status).toBe(400);
  });

  it('reads more than a page, and goes on with what comes', async () => {
    const after = await settled();
    await write(...Array.from({ length: 450 }, (_, n) => ({ data: { n } })));
    const reader = await stream(`?after=${after}`);
    const seen = await take(reader, 450);
    await write({ data: { n: 450 } });
    seen.push(...(await take(reader, 1)));
    expect(seen.map(({ id }) => BigInt(id!))).toEqual(
      Array.from({ length: 451 }, (_, index) => after + BigInt(index + 1)),
    );
  });

  it('tells a reader whose place is not kept any more', async () => {
    await write({ data: { n: 'old' } }, { data: { n: 'old too' } });
    const old = await settled();
    await service.database.query(`UPDATE events SET created_at = created_at - interval '31 days'`);
    await write({ data: { n: 'new' } });
    await settled();
    await service.application.get(EventRetention).clean();
    const [reset, next] = await take(await stream('?after=0'), 2);
    expect(reset).toEqual({
      id: String(old),
      event: 'reset',
      data: { after: '0', next: String(old + 1n) },
    });
    expect(next!.data.data).toEqual({ n: 'new' });
    const [beyond] = await take(await stream('?after=999999999'), 1);
    expect(beyond).toMatchObject({ event: 'reset', data: { after: '999999999' } });
    // Nothing that is missing lies between.
    const [none] = await take(await stream(`?after=${old}`), 1);
    expect(none!.event).toBe('message');
  });

  it('ends a stream when its token is revoked', async () => {
    const own = await service.token(['read'], 'carol');
    const reader = await stream('', {}, own);
    expect((await reader.next()).value?.event).toBe('heartbeat');
    await service.database.query(`UPDATE tokens SET revoked_at = now() WHERE owner = 'carol'`);
    for await (const { event } of reader) expect(event).toBe('heartbeat');
  });

  it('needs the scope read', async () => {
    expect((await open('', {}, await service.token(['submit']))).status).toBe(403);
    expect((await fetch(`${service.url}/api/v1/events`)).status).toBe(401);
  });

  it('shows live parts of a job, of the newest attempt alone', async () => {
    const attempt = await createAttempt(service);
    const reader = await stream(`?jobId=${attempt.jobId}&live=true`);
    await reader.next();
    const line = '<img src=x onerror=alert(1)>\n\nevent: message\ndata: {}';
    const send = (fencingToken: string) =>
      attempt.worker.POST('/worker/attempts/{attemptId}/live', {
        params: { path: { attemptId: attempt.attemptId } },
        body: { fencingToken, parts: [{ kind: 'console', vm: 'host1', line, ms: 5 }] },
      });
    // What is sent before the subscription stands is lost, as it may be: it is sent until something is seen.
    const first = take(reader, 1);
    let seen = false;
    void first.then(() => (seen = true));
    await expect
      .poll(async () => {
        expect((await send(attempt.fencingToken)).response.status).toBe(204);
        return seen;
      }, patient)
      .toBe(true);
    expect((await first)[0]).toEqual({
      id: null,
      event: 'live',
      data: {
        jobId: attempt.jobId,
        attemptId: attempt.attemptId,
        parts: [{ kind: 'console', vm: 'host1', line, ms: 5 }],
        dropped: 0,
      },
    });
    // The other one is larger than any number of Postgres's.
    for (const token of [String(BigInt(attempt.fencingToken) - 1n), '9'.repeat(19)]) {
      expect((await send(token)).error).toMatchObject({ type: '/problems/superseded' });
    }
  });
});

describe('live parts beside events', () => {
  it('are those of several jobs, and not of another project', async () => {
    const service = await openTestService();
    try {
      const elsewhere = await service.database.prisma.project.create({ data: { name: 'other' } });
      const ours = await createAttempt(service);
      const theirs = await createAttempt({ ...service, projectId: elsewhere.id });
      const jobs = [ours.jobId, theirs.jobId];
      const reader = service.application.get(EventReader);
      expect(await reader.jobsOf(service.projectId, jobs)).toEqual([ours.jobId]);
      const client = await service.client();
      const many = Array.from({ length: 9 }, () => crypto.randomUUID()).join(',');
      const tooMany = await client.GET('/events', { params: { query: { liveJobs: many } } });
      expect(tooMany.response.status).toBe(400);
      const watched: string[] = [];
      const channel = service.application.get(LiveChannel);
      const watch = channel.watch.bind(channel);
      channel.watch = (jobId, watcher) => {
        watched.push(jobId);
        return watch(jobId, watcher);
      };
      const end = new AbortController();
      const response = await fetch(`${service.url}/api/v1/events?liveJobs=${jobs.join(',')}`, {
        headers: { authorization: `Bearer ${await service.token()}` },
        signal: end.signal,
      });
      expect(response.status).toBe(200);
      expect(watched).toEqual([ours.jobId]);
      end.abort();
    } finally {
      await service.close();
    }
  });
});
