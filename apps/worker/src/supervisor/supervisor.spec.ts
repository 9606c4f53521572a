import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verdictSchema } from '@fenceline/contracts';
import { openEvidence } from '@fenceline/evidence';
import { judgeRecording } from '@fenceline/judge';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpWorkerApi } from '../api/http-worker-api.js';
import type { AttemptServices } from '../attempt/attempt-runner.js';
import { LabFolders } from '../labs/lab-folders.js';
import { FakeControlPlane } from '../testing/fake-control-plane.testing.js';
import { newInstance, Supervisor } from './supervisor.js';

const scenarioFile = path.join(import.meta.dirname, '../../../../scenarios/stuck-write.yaml');
const log = pino({ enabled: false });

let folder: string;
let service: FakeControlPlane;
let text: string;
const running: { supervisor: Supervisor; ended: Promise<void> }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-worker-'));
  service = await FakeControlPlane.start();
  text = await readFile(scenarioFile, 'utf8');
});

afterEach(async () => {
  for (const { supervisor } of running) supervisor.endNow();
  await Promise.allSettled(running.splice(0).map(({ ended }) => ended));
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a worker of one process with so many slots. */
function work(
  slots = 1,
  labDiskBytes = 2 ** 30,
  prepare: AttemptServices['prepare'] = () => {
    throw new Error('no kernels here');
  },
) {
  const instance = newInstance();
  const api = new HttpWorkerApi(service.url, 'secret');
  const folders = new LabFolders(folder, { workerId: 'w', instance });
  const supervisor = new Supervisor({
    api,
    attempts: {
      api,
      folders,
      prepare,
      labDiskBytes,
      log,
    },
    capacity: {
      slots,
      memoryMib: 1024,
      cores: 2,
      accelerator: null,
      labels: [],
      version: '0.1.0',
    },
    probes: true,
    instance,
    openBell: () => ({ close: () => Promise.resolve() }),
    log,
  });
  const ended = supervisor.run();
  running.push({ supervisor, ended });
  return { supervisor, ended };
}

const stuckWrite = () => ({ name: 'stuck-write', text });
const nonsense = { name: 'nonsense', text: 'fenceline: 99\n' };

describe('a worker', () => {
  it('sees an attempt through, from the claim to its published evidence', async () => {
    const attempt = service.assign(stuckWrite());
    const { supervisor, ended } = work();
    await service.until(() => attempt.state === 'finished');
    supervisor.drain();
    await ended;
    expect(attempt.told).toEqual(['running', 'uploading', 'judging']);
    expect(attempt.live.map(({ kind }) => kind)).toContain('step');
    expect(attempt.result).toMatchObject({ kind: 'judged', verdict: { verdict: 'violation' } });
    expect([...attempt.published.keys()]).toEqual([
      'stuck-write-seed1.tar.zst',
      'verdict.json',
      'report.html',
      'timeline.fltl',
    ]);
    const verdict = verdictSchema.parse(
      JSON.parse(attempt.published.get('verdict.json')!.toString()),
    );
    expect(verdict.evidence).toBe('stuck-write-seed1.tar.zst');
    // Whoever downloads it comes to the same verdict.
    const file = path.join(folder, 'downloaded.tar.zst');
    await writeFile(file, attempt.published.get('stuck-write-seed1.tar.zst')!);
    const evidence = await openEvidence(file);
    try {
      const again = await judgeRecording(evidence.dir, { evidence: verdict.evidence });
      const { durationMs } = again.verdict;
      expect(again.verdict).toEqual({ ...verdict, durationMs });
    } finally {
      await evidence.close();
    }
    expect(await readdir(path.join(folder, 'labs'))).toEqual([]);
  });

  it('offers KVM once a preparation has found that guests boot on it', async () => {
    const of = { cpu: 'x', cores: 1, memoryBytes: 1, os: 'x', qemuVersion: '7', nodeVersion: '20' };
    const machine = { ...of, accelerator: 'kvm' as const };
    const found = { kernels: {}, images: {}, detectors: {}, machine, fencelineVersion: '0' };
    const fenced = text.replace(
      /^expect:[^]*/m,
      'expect:\n  - capability: ccr\n    verdict: pass\n',
    );
    const attempt = service.assign({ name: 'stuck-write', text: fenced }, { driver: 'qemu' });
    work(1, 2 ** 30, () => ({
      answer: Promise.resolve(found),
      kill: () => undefined,
      release: () => undefined,
    }));
    await service.until(() => service.capacity?.accelerator === 'kvm');
    await service.until(() => attempt.state === 'finished');
    expect(attempt.result).toMatchObject({ kind: 'skipped' });
    expect(service.requests.filter((request) => request === 'POST /worker/hello')).toHaveLength(2);
  });

  it('takes no more than it has slots for', async () => {
    const attempts = [1, 2].map((seed) => service.assign(stuckWrite(), { seed }));
    const { supervisor } = work(1);
    let most = 0;
    await service.until(() => {
      most = Math.max(most, supervisor.busy);
      return attempts.every(({ state }) => state === 'finished');
    });
    expect(most).toBe(1);
    expect(attempts.map(({ result }) => result?.kind)).toEqual(['judged', 'judged']);
  });

  it('cancels on request, and finishes as cancelled', async () => {
    const attempt = service.assign(stuckWrite());
    attempt.cancel = true;
    work();
    await service.until(() => attempt.state === 'finished');
    expect(attempt.result).toEqual({ kind: 'cancelled', message: 'Cancelled on request.' });
    expect(attempt.told).not.toContain('judging');
  });

  it('that is superseded surrenders what it has, and never finishes', async () => {
    const attempt = service.assign(stuckWrite());
    work();
    await service.until(() => attempt.told.includes('running'));
    attempt.superseded = true;
    await service.until(() => attempt.state === 'surrendered');
    expect([...attempt.published.keys()]).toEqual(['stuck-write-seed1.tar.zst']);
    expect(attempt.result).toBeNull();
  });

  it('goes on while the service is away, and tells the rest afterwards', async () => {
    const attempt = service.assign(stuckWrite());
    work();
    await service.until(() => attempt.state === 'claimed');
    let refused = 0;
    service.cut = () => ++refused < 20;
    await service.until(() => attempt.state === 'finished');
    expect(attempt.result?.kind).toBe('judged');
    expect(attempt.told).toEqual(['running', 'uploading', 'judging']);
  });

  it('gets its attempt although the answer to its claim was lost', async () => {
    const attempt = service.assign(nonsense);
    let lost = 2;
    service.cut = (request) => request.endsWith('/claim') && lost-- > 0;
    work();
    await service.until(() => attempt.state === 'finished');
    expect(service.requests.filter((request) => request.endsWith('/claim'))).toHaveLength(3);
  });

  it('ends an attempt whose time has passed', async () => {
    const attempt = service.assign(stuckWrite(), { timeoutSeconds: 0.001 });
    work();
    await service.until(() => attempt.state === 'finished');
    expect(attempt.result).toMatchObject({ kind: 'timeout' });
  });

  it('says of a scenario that it does not understand that it does not', async () => {
    const attempt = service.assign(nonsense);
    work();
    await service.until(() => attempt.state === 'finished');
    expect(attempt.result).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('is not valid for this worker') as string,
    });
  });

  it('finishes what runs when it drains, and claims nothing more', async () => {
    const first = service.assign(stuckWrite());
    const { supervisor, ended } = work();
    await service.until(() => first.told.includes('running'));
    supervisor.drain();
    const second = service.assign(stuckWrite());
    await ended;
    expect(first.result?.kind).toBe('judged');
    expect(second.state).toBe('assigned');
  });

  it('that is to end at once leaves its attempt, its lab and its folder', async () => {
    const attempt = service.assign(stuckWrite());
    const { supervisor, ended } = work();
    await service.until(() => attempt.told.includes('running'));
    supervisor.endNow();
    await ended;
    expect(attempt.state).toBe('claimed');
    expect(await readdir(path.join(folder, 'labs'))).toEqual([]);
  });

  it('whose credential is refused ends at once, with its lab and its folder', async () => {
    const attempt = service.assign(stuckWrite());
    const { supervisor, ended } = work();
    const refused = expect(ended).rejects.toMatchObject({ problem: 'unauthenticated' });
    await service.until(() => attempt.told.includes('running'));
    service.revoked = true;
    await refused;
    expect(supervisor.busy).toBe(0);
    expect(attempt.state).toBe('claimed');
    expect(await readdir(path.join(folder, 'labs'))).toEqual([]);
  });

  it('does not start without the service, and does as soon as it is there', async () => {
    let away = 5;
    service.cut = (request) => request.endsWith('/hello') && away-- > 0;
    const attempt = service.assign(nonsense);
    work();
    await service.until(() => attempt.state === 'finished');
    expect(service.requests.slice(0, 6)).toEqual(Array<string>(6).fill('POST /worker/hello'));
  });
});
