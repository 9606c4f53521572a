import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from '@fenceline/client';
import { hashOf, newSecret } from '../../../apps/control-plane/src/access/secrets.js';
import type { TestService } from '../../../apps/control-plane/src/testing/test-service.testing.js';
import { verdictOf } from '../../../apps/control-plane/src/testing/work.testing.js';

/** The ids of a project that has one of each thing, by the name that they have in the addresses of the API. */
export interface OneOfEach {
  projectId: string;
  ids: Record<string, string>;
  /** A token with every scope. */
  token: string;
  /** The credential of its worker. */
  credential: string;
}

const scenarioText = readFileSync('scenarios/stuck-write.yaml', 'utf8');

/** Makes a project with one of each thing; the run is submitted, the rest are rows. */
export async function oneOfEach(service: TestService): Promise<OneOfEach> {
  const { prisma } = service.database;
  const { id: projectId } = await prisma.project.create({ data: { name: `p-${randomUUID()}` } });
  const owned = { projectId, owner: 'alice' };
  const later = new Date(Date.now() + 86_400_000);
  const shown = await prisma.token.create({
    data: { ...owned, name: 'shown', hash: hashOf(randomUUID()), scopes: ['read'] },
  });
  const join = await prisma.joinToken.create({
    data: { ...owned, hash: hashOf(randomUUID()), expiresAt: later },
  });
  const credential = newSecret('flw');
  const worker = await prisma.worker.create({
    data: {
      ...{ ...owned, name: 'w-1', credentialHash: hashOf(credential), state: 'disabled' },
      ...{ slots: 1, memoryMib: 1024, cores: 1, labels: [], version: '1' },
    },
  });
  const sha256 = createHash('sha256').update(randomUUID()).digest('hex');
  await prisma.blob.create({ data: { sha256, size: 0n } });
  const token = await service.token(undefined, 'alice', projectId);
  // A text of its own, so that its hash is of no other project.
  const text = `${scenarioText}# ${randomUUID()}\n`;
  const { data: run } = await connect({ service: service.url, token }).POST('/runs', {
    body: { name: 'spec', scenarios: [{ text }], seeds: [1], driver: 'simulated' },
  });
  const [job] = await prisma.job.findMany({ where: { runId: run!.id } });
  await prisma.job.update({ where: { id: job!.id }, data: { state: 'active', attemptCount: 1 } });
  const attempt = await prisma.attempt.create({
    data: {
      ...{ ...owned, jobId: job!.id, number: 1, workerId: worker.id, state: 'running' },
      ...{ instance: randomUUID(), leaseExpiresAt: later, claimedAt: new Date() },
    },
  });
  const artifact = await prisma.artifact.create({
    data: { ...owned, kind: 'log', name: 'log.txt', sha256, attemptId: attempt.id },
  });
  const upload = await prisma.upload.create({
    data: { ...owned, kind: 'kernel', name: 'k', size: 1n, sha256, expiresAt: later },
  });
  const document = JSON.parse(JSON.stringify(verdictOf('pass'))) as object;
  const judgement = await prisma.judgement.create({
    data: {
      ...{ ...owned, jobId: job!.id, attemptId: attempt.id, evidenceSha256: sha256, document },
      ...{
        verifierVersion: '1',
        profile: 'cqt-zero-10s',
        verdict: 'pass',
        asExpected: true,
        rules: [],
      },
    },
  });
  const rejudgement = await prisma.rejudgement.create({ data: { ...owned, filter: {} } });
  const item = await prisma.rejudgementItem.create({
    data: {
      ...{ projectId, rejudgementId: rejudgement.id, jobId: job!.id, beforeId: judgement.id },
      ...{ evidenceSha256: sha256, state: 'running', claims: 1, workerId: worker.id },
      ...{ leaseExpiresAt: later, createdAt: job!.createdAt },
    },
  });
  const kernel = await prisma.kernel.create({
    data: {
      ...{ ...owned, name: 'debian:6.1', version: '6.1', capabilities: [], sha256, source: 'spec' },
    },
  });
  const image = await prisma.guestImage.create({
    data: {
      ...{ ...owned, name: 'debian:6.1', role: 'host', sha256 },
      ...{ kernelSha256: sha256, imageSha256: sha256 },
    },
  });
  const fetch = await prisma.kernelFetch.create({
    data: { ...owned, name: 'debian:6.1', state: 'done', endedAt: new Date() },
  });
  return {
    projectId,
    ids: {
      ...{ tokenId: shown.id, joinTokenId: join.id, workerId: worker.id, hash: job!.scenarioHash },
      ...{ sha256, runId: run!.id, jobId: job!.id, attemptId: attempt.id, uploadId: upload.id },
      ...{ artifactId: artifact.id, judgementId: judgement.id, kernelId: kernel.id },
      ...{ imageId: image.id, fetchId: fetch.id },
      ...{ rejudgementId: rejudgement.id, itemId: item.id },
    },
    token,
    credential,
  };
}
