import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@fenceline/client';
import { manifestSchema } from '@fenceline/contracts';
import { openEvidence } from '@fenceline/evidence';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';

const main = path.join(import.meta.dirname, '../../apps/worker/dist/main.js');
const kernel = 'debian:6.1';

/** One host, one node, and two seconds of writes. */
const scenario = `fenceline: 1
name: pinned
array:
  nodes:
    A: { kernel: ${kernel} }
hosts:
  host1: { kernel: ${kernel} }
links:
  A: { host: host1, node: A }
workload:
  - name: writer
    host: host1
    fio: { rw: randwrite, bs: 4k, rate_iops: 20, size: 32k, runtime: 2s }
timeline: []
expect:
  - verdict: pass
`;

let folder: string;
let service: TestService;
let client: Client;
let worker: ChildProcess | null = null;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-pinned-'));
  // QEMU's own account must get through.
  await chmod(folder, 0o711);
  service = await openTestService();
  client = await service.client();
});

afterAll(async () => {
  if (worker?.exitCode === null) {
    const gone = once(worker, 'exit');
    worker.kill('SIGKILL');
    await gone;
  }
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

/** Asks until it is so. */
async function until<Answer>(
  ask: () => Promise<Answer>,
  isSo: (answer: Answer) => boolean,
): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await delay(200);
  }
}

/** A worker with an empty cache, and with package managers that only note that they were called. */
async function startWorker(called: string): Promise<void> {
  const programs = path.join(folder, 'programs');
  await mkdir(programs);
  for (const name of ['apt', 'apt-cache', 'apt-get', 'dpkg', 'dpkg-deb']) {
    const script = `#!/bin/sh\necho "${name} $*" >> ${called}\nexit 1\n`;
    await writeFile(path.join(programs, name), script, { mode: 0o755 });
  }
  const { data } = await client.POST('/join-tokens', { body: { expiresInHours: 1 } });
  const joinToken = path.join(folder, 'token');
  await writeFile(joinToken, data!.secret, { mode: 0o600 });
  const env = {
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    FENCELINE_SERVICE: service.url,
    FENCELINE_WORKER_FOLDER: path.join(folder, 'worker'),
    FENCELINE_JOIN_TOKEN_FILE: joinToken,
    FENCELINE_CACHE: path.join(folder, 'cache'),
    FENCELINE_LOG_LEVEL: 'warn',
  };
  worker = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(worker.stdout!, 'data');
}

it('a lab boots what its job pins, and its worker runs no package manager', async () => {
  await client.POST('/kernels/debian', { body: { name: kernel } });
  const submit = () => client.POST('/runs', { body: { scenarios: [{ text: scenario }] } });
  const early = await submit();
  expect(early.error?.type).toBe('/problems/kernel-not-ready');
  const ready = await until(submit, ({ error }) => {
    expect(error?.type ?? '/problems/kernel-not-ready').toBe('/problems/kernel-not-ready');
    expect(error?.detail ?? '').not.toContain('failed');
    return error === undefined;
  });

  const called = path.join(folder, 'called');
  await startWorker(called);
  const query = { runId: ready.data!.id };
  const { data: jobs } = await client.GET('/jobs', { params: { query } });
  const jobId = jobs!.items[0]!.id;
  const params = { path: { jobId } };
  const { data: job } = await until(
    () => client.GET('/jobs/{jobId}', { params }),
    ({ data }) => data!.state === 'finished',
  );
  // Where the machine is busy the recording may not be enough for a pass.
  expect(['pass', 'inconclusive'], job!.outcome?.summary).toContain(job!.outcome?.outcome);
  await expect(readFile(called, 'utf8')).rejects.toThrow('ENOENT');

  const evidence = job!.artifacts.find(({ kind }) => kind === 'evidence')!;
  const content = await client.GET('/artifacts/{artifactId}/content', {
    params: { path: { artifactId: evidence.id } },
    parseAs: 'arrayBuffer',
  });
  const file = path.join(folder, 'evidence.tar.zst');
  await writeFile(file, new Uint8Array(content.data!));
  const opened = await openEvidence(file);
  try {
    const text = await readFile(path.join(opened.dir, 'manifest.json'), 'utf8');
    const { images, guestPackages } = manifestSchema.parse(JSON.parse(text));
    const pinned = (role: string) => job!.pinned.find((one) => one.role === role)?.imageSha256;
    expect(images).toEqual({ A: pinned('array-node'), host1: pinned('host') });
    expect(Object.keys(guestPackages)).toContain('fio');
  } finally {
    await opened.close();
  }
}, 300_000);
