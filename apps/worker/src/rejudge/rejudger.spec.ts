import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Verdict } from '@fenceline/contracts';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpWorkerApi } from '../api/http-worker-api.js';
import { LabFolders } from '../labs/lab-folders.js';
import { FakeControlPlane } from '../testing/fake-control-plane.testing.js';
import { Rejudger } from './rejudger.js';

const golden = path.join(import.meta.dirname, '../../../../test/golden/stuck-write.tar.zst');

let folder: string;
let service: FakeControlPlane;
let evidence: Buffer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-rejudge-'));
  service = await FakeControlPlane.start();
  evidence = await readFile(golden);
});
afterEach(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

function rejudger(program?: string, mayBegin = () => true): Rejudger {
  const api = new HttpWorkerApi(service.url, 'secret');
  const folders = new LabFolders(folder, { workerId: 'w', instance: 'i' });
  const log = pino({ enabled: false });
  return new Rejudger({ api, folders, program, log }, mayBegin);
}

/** A judging process that never answers. */
async function stuckProgram(): Promise<string> {
  const file = path.join(folder, 'stuck.mjs');
  await writeFile(file, `process.on('disconnect', () => process.exit(1));\n`);
  return file;
}

async function foldersLeft(): Promise<string[]> {
  return await readdir(path.join(folder, 'labs'));
}

function verdictOf(result: unknown): Verdict {
  return (result as { verdict: Verdict }).verdict;
}

describe('a worker that judges kept evidence again', () => {
  it('gives what the verifier says, one piece after the other, and leaves nothing', async () => {
    const items = [service.rejudge(evidence), service.rejudge(evidence)];
    const worker = rejudger();
    worker.offer();
    worker.offer();
    await worker.end();
    for (const { result } of items) {
      expect(result).toMatchObject({ kind: 'judged', verdict: { verdict: 'violation' } });
      expect(verdictOf(result)).toMatchObject({
        evidence: 'kept.tar.zst',
        scenario: 'stuck-write',
      });
    }
    expect(await foldersLeft()).toEqual([]);
  });

  it('says why there is no verdict', async () => {
    const broken = service.rejudge(Buffer.from('no evidence'));
    const other = service.rejudge(Buffer.concat([evidence, evidence]), { sha256: 'a'.repeat(64) });
    const worker = rejudger();
    worker.offer();
    await worker.end();
    expect(broken.result).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('neither a folder of evidence') as string,
    });
    expect(other.result).toEqual({
      kind: 'failed',
      message: 'The evidence is not what its hash says.',
    });
  });

  it('ends a judging that takes too long', async () => {
    const item = service.rejudge(evidence, { timeoutSeconds: 1 });
    const worker = rejudger(await stuckProgram());
    worker.offer();
    await worker.end();
    expect(item.result).toEqual({ kind: 'failed', message: 'It was not judged within 1 s.' });
    expect(await foldersLeft()).toEqual([]);
  });

  it('renews its lease meanwhile, and stops when another worker has it', async () => {
    service.leaseSeconds = 0.2;
    const item = service.rejudge(evidence);
    const worker = rejudger(await stuckProgram());
    worker.offer();
    const renewals = () => service.requests.filter((one) => one.endsWith('/renew')).length;
    await service.until(() => renewals() >= 2);
    item.superseded = true;
    await worker.end();
    expect(item.result).toBeNull();
    expect(await foldersLeft()).toEqual([]);
  });

  it('that is to end at once leaves it to another worker', async () => {
    service.leaseSeconds = 0.2;
    const item = service.rejudge(evidence);
    const worker = rejudger(await stuckProgram());
    worker.offer();
    await service.until(() => service.requests.some((one) => one.endsWith('/renew')));
    worker.leave();
    await worker.end();
    expect([item.state, item.result]).toEqual(['running', null]);
  });

  it('begins nothing where it has no room', async () => {
    service.rejudge(evidence);
    const worker = rejudger(undefined, () => false);
    worker.offer();
    await worker.end();
    expect(service.requests).toEqual([]);
  });
});
