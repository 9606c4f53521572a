import { randomUUID } from 'node:crypto';
import { connect, type Client } from '@fenceline/client';
import { hashOf, newSecret } from '../access/secrets.js';
import type { TestService } from './test-service.testing.js';

/** An attempt that runs, with its worker. */
export interface TestAttempt {
  attemptId: string;
  jobId: string;
  runId: string;
  workerId: string;
  fencingToken: string;
  credential: string;
  /** The API as the worker sees it. */
  worker: Client;
}

/** Makes a job with one attempt that a new worker runs, as rows: what placement and claim would have made. */
export async function createAttempt(
  { database: { prisma }, projectId, url }: TestService,
  pinned: unknown[] = [],
): Promise<TestAttempt> {
  const credential = newSecret('flw');
  const owned = { projectId, owner: 'alice' };
  const worker = await prisma.worker.create({
    data: {
      ...owned,
      name: `w-${randomUUID()}`,
      credentialHash: hashOf(credential),
      slots: 1,
      memoryMib: 0,
      cores: 1,
      labels: [],
      version: 'spec',
    },
  });
  const scenario = await prisma.scenario.create({
    data: { ...owned, hash: hashOf(randomUUID()).toString('hex'), name: 'spec', text: '' },
  });
  const run = await prisma.run.create({
    data: { ...owned, name: 'spec', spec: {}, labels: [], jobCount: 1 },
  });
  const job = await prisma.job.create({
    data: {
      ...owned,
      runId: run.id,
      scenarioHash: scenario.hash,
      scenarioName: scenario.name,
      pinned: JSON.parse(JSON.stringify(pinned)) as object,
      seed: 1,
      driver: 'simulated',
      labels: [],
      needs: {},
      memoryMib: 0,
      cores: 1,
      timeoutS: 600,
      state: 'active',
      attemptCount: 1,
    },
  });
  const attempt = await prisma.attempt.create({
    data: {
      ...owned,
      jobId: job.id,
      number: 1,
      workerId: worker.id,
      state: 'running',
      instance: randomUUID(),
      leaseExpiresAt: new Date(Date.now() + 600_000),
      claimedAt: new Date(),
    },
  });
  return {
    attemptId: attempt.id,
    jobId: job.id,
    runId: run.id,
    workerId: worker.id,
    fencingToken: attempt.fencingToken.toString(),
    credential,
    worker: connect({ service: url, token: credential }),
  };
}

/** Ends an attempt as lost, and makes the newer one that takes its place, on the same worker. */
export async function supersede(
  { database: { prisma }, projectId }: TestService,
  old: TestAttempt,
): Promise<Pick<TestAttempt, 'attemptId' | 'fencingToken'>> {
  await prisma.attempt.update({
    where: { id: old.attemptId },
    data: { state: 'ended', endedHow: 'lost', endedAt: new Date() },
  });
  await prisma.job.update({ where: { id: old.jobId }, data: { attemptCount: { increment: 1 } } });
  const { number } = await prisma.attempt.findUniqueOrThrow({ where: { id: old.attemptId } });
  const newer = await prisma.attempt.create({
    data: {
      projectId,
      owner: 'alice',
      jobId: old.jobId,
      number: number + 1,
      workerId: old.workerId,
    },
  });
  return { attemptId: newer.id, fencingToken: newer.fencingToken.toString() };
}
