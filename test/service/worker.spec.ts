import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@fenceline/client';
import { endedForGood } from '@fenceline/contracts/exit-code';
import { openEvidence } from '@fenceline/evidence';
import { judgeRecording } from '@fenceline/judge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';

const main = path.join(import.meta.dirname, '../../apps/worker/dist/main.js');
const scenario = path.join(import.meta.dirname, '../../scenarios/stuck-write.yaml');

type WorkerProcess = ChildProcessByStdio<null, Readable, Readable | null>;

const unknownHere =
  /http:\S* does not know this worker \(any more\)\. To mend it: remove .*join-token.*\n/;

let folder: string;
let service: TestService;
let client: Client;
let workers: WorkerProcess[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-worker-'));
  service = await openTestService({ FENCELINE_LEASE_SECONDS: 2 });
  client = await service.client();
  workers = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => end(worker, 'SIGKILL')));
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

async function end(worker: WorkerProcess, signal: NodeJS.Signals): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const gone = once(worker, 'exit');
  worker.kill(signal);
  await gone;
}

/** Starts a worker as a process of its own, which enrols first; resolves when it is at work. */
async function startWorker(
  name: string,
  stderr: 'inherit' | 'pipe' = 'inherit',
): Promise<WorkerProcess> {
  const { data } = await client.POST('/join-tokens', { body: { expiresInHours: 1 } });
  const joinToken = path.join(folder, `${name}.token`);
  await writeFile(joinToken, data!.secret, { mode: 0o600 });
  const worker = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      FENCELINE_SERVICE: service.url,
      FENCELINE_WORKER_FOLDER: path.join(folder, name),
      FENCELINE_WORKER_NAME: name,
      FENCELINE_JOIN_TOKEN_FILE: joinToken,
      FENCELINE_ACCELERATOR: 'none',
      FENCELINE_CACHE: path.join(folder, 'cache'),
      FENCELINE_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', stderr],
  }) as WorkerProcess;
  workers.push(worker);
  await once(worker.stdout, 'data');
  return worker;
}

/** What a process says on stderr until it has ended. */
async function wordsOf(worker: Pick<ChildProcess, 'stderr' | 'once'>): Promise<string> {
  let words = '';
  worker.stderr!.on('data', (chunk: Buffer) => (words += chunk.toString()));
  await new Promise((resolve) => worker.once('close', resolve));
  return words;
}

/** Submits a simulated stuck write and gives its job. */
async function submit(): Promise<string> {
  const text = await readFile(scenario, 'utf8');
  const { data, error } = await client.POST('/runs', {
    body: { scenarios: [{ text }], driver: 'simulated' },
  });
  expect(error).toBeUndefined();
  const jobs = await client.GET('/jobs', { params: { query: { runId: data!.id } } });
  return jobs.data!.items[0]!.id;
}

async function readJob(jobId: string) {
  const { data } = await client.GET('/jobs/{jobId}', { params: { path: { jobId } } });
  return data!;
}

type Job = Awaited<ReturnType<typeof readJob>>;

/** Looks at a job until it is so. */
async function jobWhen(jobId: string, wanted: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = await readJob(jobId);
    if (wanted(job)) return job;
    await delay(50);
  }
}

describe('a worker and the service', () => {
  it('come to an outcome, with evidence that anybody can judge again', async () => {
    const jobId = await submit();
    const worker = await startWorker('w1');
    const job = await jobWhen(jobId, ({ state }) => state === 'finished');
    expect(job.outcome).toMatchObject({ outcome: 'violation', asExpected: true, exitCode: 0 });
    const { data } = await client.GET('/artifacts', { params: { query: { jobId } } });
    const kinds = data!.items.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['evidence', 'report', 'timeline', 'verdict']);
    const { id } = data!.items.find(({ kind }) => kind === 'evidence')!;
    const content = await client.GET('/artifacts/{artifactId}/content', {
      params: { path: { artifactId: id } },
      parseAs: 'arrayBuffer',
    });
    const file = path.join(folder, 'evidence.tar.zst');
    await writeFile(file, new Uint8Array(content.data!));
    const evidence = await openEvidence(file);
    try {
      expect((await judgeRecording(evidence.dir)).verdict.verdict).toBe('violation');
    } finally {
      await evidence.close();
    }
    // The same worker judges what it has published again, and says the same.
    const { data: asked } = await client.POST('/rejudgements', {
      body: { filter: { runId: job.runId } },
    });
    const params = { path: { rejudgementId: asked!.id } };
    let rejudgement = asked!;
    while (rejudgement.finishedAt === null) {
      await delay(50);
      rejudgement = (await client.GET('/rejudgements/{rejudgementId}', { params })).data!;
    }
    expect(rejudgement).toMatchObject({ states: { done: 1 }, changed: 0 });
    const items = await client.GET('/rejudgements/{rejudgementId}/items', { params });
    expect(items.data!.items).toMatchObject([
      { jobId, before: { verdict: 'violation' }, after: { verdict: 'violation' } },
    ]);
    await end(worker, 'SIGTERM');
    expect(worker.exitCode).toBe(0);
    expect(await readdir(path.join(folder, 'w1', 'labs'))).toEqual([]);
  }, 90_000);

  it('survive a worker that is killed: another one makes a second attempt', async () => {
    const first = await startWorker('w1');
    const jobId = await submit();
    await jobWhen(jobId, ({ attempts }) => attempts.some(({ state }) => state === 'running'));
    await end(first, 'SIGKILL');
    await startWorker('w2');
    const job = await jobWhen(jobId, ({ state }) => state === 'finished');
    expect(job.outcome).toMatchObject({ outcome: 'violation' });
    const attempts = job.attempts.toSorted((a, b) => a.number - b.number);
    expect(attempts[0]).toMatchObject({ worker: { name: 'w1' }, how: 'lost' });
    // On a slow machine the dead worker may have been given it once more before it was missed.
    expect(attempts.length).toBeGreaterThan(1);
    expect(attempts.at(-1)).toMatchObject({ worker: { name: 'w2' }, how: 'done' });
    expect(attempts.slice(0, -1).every(({ how }) => how === 'lost')).toBe(true);
  }, 90_000);

  it('end with one message and its mend when it is revoked; another one has its job', async () => {
    const revoked = await startWorker('w1', 'pipe');
    const words = wordsOf(revoked);
    const jobId = await submit();
    await jobWhen(jobId, ({ attempts }) => attempts.some(({ state }) => state === 'running'));
    const { data } = await client.GET('/workers');
    const params = { path: { workerId: data!.items[0]!.id } };
    await client.POST('/workers/{workerId}/revoke', { params });
    expect(await words).toMatch(unknownHere);
    expect(revoked.exitCode).toBe(endedForGood);
    expect(await readdir(path.join(folder, 'w1', 'labs'))).toEqual([]);
    await startWorker('w2');
    // Started again it says so at once.
    const again = spawn(process.execPath, [main], {
      env: {
        PATH: process.env['PATH'],
        FENCELINE_SERVICE: service.url,
        FENCELINE_WORKER_FOLDER: path.join(folder, 'w1'),
        FENCELINE_ACCELERATOR: 'none',
        FENCELINE_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    expect(await wordsOf(again)).toMatch(new RegExp(`^${unknownHere.source}$`));
    expect(again.exitCode).toBe(endedForGood);
    const job = await jobWhen(jobId, ({ state }) => state === 'finished');
    expect(job.attempts.toSorted((a, b) => a.number - b.number)).toMatchObject([
      { worker: { name: 'w1' }, how: 'lost' },
      { worker: { name: 'w2' }, how: 'done' },
    ]);
  }, 90_000);
});
