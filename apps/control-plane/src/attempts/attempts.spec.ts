import { randomUUID } from 'node:crypto';
import type { AttemptResult } from '@fenceline/contracts/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Background } from '../background/background.js';
import { Placement } from '../placement/placement.js';
import { JobLifecycle } from '../state/job-lifecycle.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { createJobs, createWorker, verdictOf, type TestWorker } from '../testing/work.testing.js';
import { FencingCheck } from './fencing-check.js';

/** A worker with an attempt of a new job that it has not claimed yet. */
interface Given {
  worker: TestWorker;
  jobId: string;
  attemptId: string;
}

describe('attempts', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
    // Nothing happens by itself: each test does what it needs.
    await service.application.get(Background).stop();
  });
  afterAll(() => service.close());

  async function assign(): Promise<Given> {
    await service.database.query(`UPDATE workers SET state = 'disabled'`);
    const worker = await createWorker(service);
    const [jobId] = await createJobs(service, 1);
    await service.application.get(Placement).place();
    const { data } = await worker.client.GET('/worker/assignments');
    return { worker, jobId: jobId!, attemptId: data!.attemptIds[0]! };
  }

  async function claim({ worker, attemptId }: Given, instance = randomUUID()) {
    return worker.client.POST('/worker/attempts/{attemptId}/claim', {
      params: { path: { attemptId } },
      body: { instance },
    });
  }

  /** What a worker sends of an attempt that it has claimed. */
  async function claimed() {
    const given = await assign();
    const { data: work } = await claim(given);
    const { fencingToken } = work!;
    const params = { path: { attemptId: given.attemptId } };
    const { client } = given.worker;
    return {
      ...given,
      fencingToken,
      renew: () =>
        client.POST('/worker/attempts/{attemptId}/renew', { params, body: { fencingToken } }),
      advance: (state: 'running' | 'uploading' | 'judging') =>
        client.POST('/worker/attempts/{attemptId}/advance', {
          params,
          body: { fencingToken, state },
        }),
      finish: (result: AttemptResult, uploadIds: string[] = []) =>
        client.POST('/worker/attempts/{attemptId}/finish', {
          params,
          body: { fencingToken, result, uploadIds },
        }),
      surrender: () =>
        client.POST('/worker/attempts/{attemptId}/surrender', {
          params,
          body: { fencingToken, uploadIds: [] },
        }),
    };
  }

  const rowOf = (attemptId: string) =>
    service.database.prisma.attempt.findUniqueOrThrow({ where: { id: attemptId } });
  const outcomesOf = (jobId: string) =>
    service.database.prisma.jobOutcome.findMany({ where: { jobId } });
  const eventsOf = async (jobId: string) =>
    (
      await service.database.prisma.event.findMany({ where: { jobId }, orderBy: { id: 'asc' } })
    ).map(({ type }) => type);

  /** Lets the lease pass, and gives the job to another worker. */
  async function supersede({ jobId, attemptId }: Given): Promise<string> {
    await service.database.query(
      `UPDATE attempts SET lease_expires_at = now() - interval '1 minute' WHERE id = $1`,
      [attemptId],
    );
    await service.database.query('UPDATE service_clock SET alive_at = now(), grace_until = NULL');
    await createWorker(service);
    await service.application.get(Placement).place();
    const newest = await service.database.prisma.attempt.findFirstOrThrow({
      where: { jobId },
      orderBy: { number: 'desc' },
    });
    expect(newest.number).toBe(2);
    return newest.id;
  }

  it('go from assigned to an outcome, with an event for each state', async () => {
    const given = await assign();
    const instance = randomUUID();
    const { data: work, response } = await claim(given, instance);
    expect(response.status).toBe(200);
    expect(work).toMatchObject({
      attemptId: given.attemptId,
      jobId: given.jobId,
      number: 1,
      scenario: { name: 'stuck-write' },
      driver: 'simulated',
      leaseSeconds: service.settings.FENCELINE_LEASE_SECONDS,
      pinned: [],
    });
    const params = { path: { attemptId: given.attemptId } };
    const { client } = given.worker;
    const { fencingToken } = work!;
    for (const state of ['running', 'uploading', 'judging'] as const) {
      const advanced = await client.POST('/worker/attempts/{attemptId}/advance', {
        params,
        body: { fencingToken, state },
      });
      expect(advanced.data).toMatchObject({ cancel: false });
    }
    const finished = await client.POST('/worker/attempts/{attemptId}/finish', {
      params,
      body: {
        fencingToken,
        result: { kind: 'judged', verdict: verdictOf('violation') },
        uploadIds: [],
      },
    });
    expect(finished.response.status).toBe(204);
    expect(await eventsOf(given.jobId)).toEqual([
      'job.active',
      'attempt.assigned',
      'attempt.claimed',
      'attempt.running',
      'attempt.uploading',
      'attempt.judging',
      'judgement.added',
      'attempt.ended',
      'job.finished',
    ]);
    expect(await outcomesOf(given.jobId)).toMatchObject([
      { outcome: 'violation', asExpected: true, exitCode: 0, attemptId: given.attemptId },
    ]);
    expect(await rowOf(given.attemptId)).toMatchObject({ state: 'ended', endedHow: 'done' });
    const judgement = await service.database.prisma.judgement.findFirstOrThrow({
      where: { jobId: given.jobId },
    });
    expect(judgement).toMatchObject({
      verdict: 'violation',
      verifierVersion: '1.0.0',
      evidenceSha256: 'ab'.repeat(32),
      document: { schema: 'fenceline.verdict/v1' },
    });
  });

  it('are claimed again by the same process, and by no other', async () => {
    const given = await assign();
    const instance = randomUUID();
    const first = await claim(given, instance);
    const again = await claim(given, instance);
    expect(again.data).toEqual(first.data);
    const other = await claim(given);
    expect(other.response.status).toBe(409);
    expect(other.error).toMatchObject({ type: '/problems/conflict' });
    expect((await eventsOf(given.jobId)).filter((type) => type === 'attempt.claimed')).toHaveLength(
      1,
    );
  });

  it('are not there for another worker', async () => {
    const given = await assign();
    const other = await createWorker(service, { slots: 1, memoryMib: 0 });
    const { response, error } = await claim({ ...given, worker: other });
    expect(response.status).toBe(404);
    expect(error).toMatchObject({ type: '/problems/not-found' });
  });

  it('take a late renewal while there is no newer attempt', async () => {
    const attempt = await claimed();
    await service.database.query(
      `UPDATE attempts SET lease_expires_at = now() - interval '1 hour' WHERE id = $1`,
      [attempt.attemptId],
    );
    const { data, response } = await attempt.renew();
    expect(response.status).toBe(200);
    expect(data).toEqual({ leaseSeconds: service.settings.FENCELINE_LEASE_SECONDS, cancel: false });
    expect((await rowOf(attempt.attemptId)).leaseExpiresAt!.getTime()).toBeGreaterThan(Date.now());
  });

  it('are refused as superseded once a newer one exists, whatever they say', async () => {
    const attempt = await claimed();
    await supersede(attempt);
    const answers = [
      await attempt.renew(),
      await attempt.advance('running'),
      await attempt.finish({ kind: 'judged', verdict: verdictOf('pass') }),
      await attempt.finish({ kind: 'error', message: 'x' }, [randomUUID()]),
    ];
    for (const { response, error } of answers) {
      expect(response.status).toBe(409);
      expect(error).toMatchObject({ type: '/problems/superseded' });
    }
    expect(await outcomesOf(attempt.jobId)).toEqual([]);
    expect(await rowOf(attempt.attemptId)).toMatchObject({ state: 'ended', endedHow: 'lost' });
  });

  it('would decide the outcome late if nothing checked their tokens', async () => {
    const attempt = await claimed();
    await supersede(attempt);
    const off = vi
      .spyOn(service.application.get(FencingCheck), 'admit')
      .mockImplementation(({ state, attempt: { id } }) => {
        expect(id).toBe(attempt.attemptId);
        return { ...state, attempt: { ...state.attempt!, state: 'judging', how: null } };
      });
    try {
      const { response } = await attempt.finish({ kind: 'judged', verdict: verdictOf('pass') });
      expect(response.status).toBe(204);
      expect(await outcomesOf(attempt.jobId)).toMatchObject([{ attemptId: attempt.attemptId }]);
    } finally {
      off.mockRestore();
    }
  });

  it('answer a repeated finish as the first, and decide nothing by it', async () => {
    const attempt = await claimed();
    const first = await attempt.finish({ kind: 'judged', verdict: verdictOf('violation') });
    const events = await eventsOf(attempt.jobId);
    const again = await attempt.finish({ kind: 'error', message: 'changed my mind' });
    expect([first.response.status, again.response.status]).toEqual([204, 204]);
    expect(await outcomesOf(attempt.jobId)).toMatchObject([{ outcome: 'violation' }]);
    expect(await eventsOf(attempt.jobId)).toEqual(events);
  });

  it('have one outcome when they finish many times at once', async () => {
    const attempt = await claimed();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        attempt.finish({ kind: 'judged', verdict: verdictOf('violation') }),
      ),
    );
    expect(answers.map(({ response }) => response.status)).toEqual(Array(8).fill(204));
    expect(await outcomesOf(attempt.jobId)).toHaveLength(1);
    const { projectId } = service;
    await expect(
      service.database.query(
        `INSERT INTO job_outcomes (job_id, project_id, owner, outcome, as_expected, exit_code, summary)
         VALUES ($1, $2, 'alice', 'error', false, 3, '')`,
        [attempt.jobId, projectId],
      ),
    ).rejects.toThrow(/job_outcomes_pkey/);
  });

  it.each([
    ['error', { outcome: 'error', exitCode: 3, asExpected: false }, 'failed'],
    ['timeout', { outcome: 'timeout', exitCode: 3, asExpected: false }, 'failed'],
    ['skipped', { outcome: 'skipped', exitCode: 0, asExpected: true }, 'done'],
  ] as const)('end with %s where the lab did', async (kind, outcome, how) => {
    const attempt = await claimed();
    await attempt.finish({ kind, message: 'QEMU ended.' });
    expect(await outcomesOf(attempt.jobId)).toMatchObject([
      { ...outcome, summary: 'QEMU ended.', judgementId: null },
    ]);
    expect(await rowOf(attempt.attemptId)).toMatchObject({
      endedHow: how,
      message: 'QEMU ended.',
    });
  });

  it('learn that they are to be cancelled when they renew', async () => {
    const attempt = await claimed();
    await attempt.advance('running');
    const cancel = () =>
      service.database.transaction((sql) =>
        service.application.get(JobLifecycle).cancel(sql, attempt.jobId, 'bob'),
      );
    const early = await attempt.finish({ kind: 'cancelled', message: 'by itself' });
    expect(early.error).toMatchObject({ type: '/problems/conflict' });
    expect(await cancel()).toBe(true);
    expect(await cancel()).toBe(false);
    expect((await attempt.renew()).data).toMatchObject({ cancel: true });
    expect((await attempt.advance('uploading')).data).toMatchObject({ cancel: true });
    await attempt.finish({ kind: 'cancelled', message: 'stopped' });
    expect(await outcomesOf(attempt.jobId)).toMatchObject([{ outcome: 'cancelled', exitCode: 3 }]);
    expect(await rowOf(attempt.attemptId)).toMatchObject({
      endedHow: 'cancelled',
      cancelAsked: true,
    });
    await expect(cancel()).rejects.toMatchObject({ type: 'conflict' });
  });

  it('are over before they are claimed where the job is cancelled', async () => {
    const given = await assign();
    const changed = await service.database.transaction((sql) =>
      service.application.get(JobLifecycle).cancel(sql, given.jobId, 'bob'),
    );
    expect(changed).toBe(true);
    const { response, error } = await claim(given);
    expect(response.status).toBe(409);
    expect(error).toMatchObject({ type: '/problems/superseded' });
    expect(await outcomesOf(given.jobId)).toMatchObject([
      { outcome: 'cancelled', summary: 'Cancelled by bob before a worker had it.' },
    ]);
  });

  it('are taken as the database has them, whatever this control plane remembers', async () => {
    const attempt = await claimed();
    await attempt.advance('running');
    // As another control plane would: this one does not hear of it.
    await service.database.query(`UPDATE attempts SET state = 'uploading' WHERE id = $1`, [
      attempt.attemptId,
    ]);
    expect((await attempt.advance('running')).response.status).toBe(409);
    await attempt.advance('judging');
    await service.database.query(`UPDATE attempts SET state = 'running' WHERE id = $1`, [
      attempt.attemptId,
    ]);
    // What is remembered refuses it, the database does not.
    expect((await attempt.advance('uploading')).response.status).toBe(200);
    expect(await rowOf(attempt.attemptId)).toMatchObject({ state: 'uploading' });
    expect(await eventsOf(attempt.jobId)).toEqual([
      'job.active',
      'attempt.assigned',
      'attempt.claimed',
      'attempt.running',
      'attempt.judging',
      'attempt.uploading',
    ]);
  });

  it('are nothing to a worker from the moment on that it is revoked', async () => {
    const attempt = await claimed();
    await attempt.advance('running');
    await service.database.query('UPDATE workers SET revoked_at = now() WHERE id = $1', [
      attempt.worker.id,
    ]);
    expect((await attempt.advance('uploading')).response.status).toBe(401);
    expect(await rowOf(attempt.attemptId)).toMatchObject({ state: 'running' });
  });

  it('tell no state that is before theirs', async () => {
    const attempt = await claimed();
    await attempt.advance('judging');
    expect((await attempt.advance('judging')).response.status).toBe(200);
    expect((await attempt.advance('running')).error).toMatchObject({ type: '/problems/conflict' });
  });

  it('need a judgement of their recording, under the profile that is expected', async () => {
    const attempt = await claimed();
    const { recording, ...unnamed } = verdictOf('pass');
    expect(recording).toBeDefined();
    for (const verdict of [unnamed, { ...verdictOf('pass'), profile: 'tp4129-strict' as const }]) {
      const { response, error } = await attempt.finish({ kind: 'judged', verdict });
      expect(response.status).toBe(400);
      expect(error).toMatchObject({ errors: [{ field: 'body.result.verdict' }] });
    }
    expect((await rowOf(attempt.attemptId)).state).toBe('preparing');
  });

  it('are surrendered when they were superseded, and only then', async () => {
    const attempt = await claimed();
    expect((await attempt.surrender()).error).toMatchObject({ type: '/problems/conflict' });
    await supersede(attempt);
    expect((await attempt.surrender()).response.status).toBe(204);
    expect((await attempt.surrender()).response.status).toBe(204);
    expect(await rowOf(attempt.attemptId)).toMatchObject({ endedHow: 'superseded' });
    expect(await outcomesOf(attempt.jobId)).toEqual([]);
  });
});
