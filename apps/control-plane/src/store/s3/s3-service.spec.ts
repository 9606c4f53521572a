import { randomBytes } from 'node:crypto';
import { uploadPartLimit } from '@fenceline/contracts/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAttempt } from '../../testing/attempt.testing.js';
import { openTestService, type TestService } from '../../testing/test-service.testing.js';
import { BlobSweep } from '../../uploads/blob-sweep.js';
import { UploadCleaner } from '../../uploads/upload-cleaner.js';
import { UploadPublisher } from '../../uploads/upload-publisher.js';
import { announce, sendPart, sha256Of, uploadWhole } from '../../uploads/uploads.testing.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../artifact-store.js';
import { makeCertificate, type TestCertificate } from './certificate.testing.js';
import { startS3Server, type TestS3Server } from './s3-server.testing.js';

// Several requests for each of ours, all in this one process.
describe('a service with its artifacts in a bucket, over TLS', { timeout: 60_000 }, () => {
  let certificate: TestCertificate;
  let server: TestS3Server;
  let service: TestService;
  let store: ArtifactStore;
  beforeAll(async () => {
    certificate = await makeCertificate();
    server = await startS3Server({ tls: certificate, pageKeys: 4 });
    service = await openTestService({ ...server.settings(), FENCELINE_S3_CA: certificate.file });
    store = service.application.get<ArtifactStore>(ARTIFACT_STORE);
  });
  afterAll(async () => {
    await service.close();
    await server.close();
    await certificate.remove();
  });

  async function publish(uploadId: string, attempt: Awaited<ReturnType<typeof createAttempt>>) {
    const publisher = service.application.get(UploadPublisher);
    const prepared = await publisher.prepare([uploadId], attempt);
    const about = {
      projectId: service.projectId,
      owner: 'alice',
      attemptId: attempt.attemptId,
    };
    const [published] = await service.database.transaction((sql) =>
      publisher.publish(sql, about, prepared),
    );
    return published!.artifactId;
  }

  async function content(artifactId: string, headers: Record<string, string> = {}) {
    const authorization = `Bearer ${await service.token(['read'])}`;
    return await fetch(`${service.url}/api/v1/artifacts/${artifactId}/content`, {
      headers: { authorization, ...headers },
    });
  }

  async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
    const all: Item[] = [];
    for await (const item of items) all.push(item);
    return all;
  }

  it('takes an upload of several parts, publishes it, gives it back and cleans up', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(uploadPartLimit + 100_000);
    const { id } = await announce(attempt, bytes);
    for (const [first, end] of [
      [0, 1_000_000],
      [1_000_000, uploadPartLimit],
      // Once more, as after a cut.
      [1_000_000, uploadPartLimit],
      [uploadPartLimit, bytes.length],
    ] as const) {
      const part = bytes.subarray(first, end);
      const sent = await sendPart(service.url, attempt.credential, id, first, part);
      expect([sent.status, sent.body.received]).toEqual([200, end]);
    }
    const completed = await attempt.worker.POST('/worker/uploads/{uploadId}/complete', {
      params: { path: { uploadId: id } },
    });
    expect(completed.data?.state).toBe('completed');
    const artifactId = await publish(id, attempt);

    const whole = await content(artifactId);
    expect([whole.status, whole.headers.get('content-length')]).toEqual([
      200,
      String(bytes.length),
    ]);
    expect(sha256Of(Buffer.from(await whole.arrayBuffer()))).toBe(sha256Of(bytes));
    const range = await content(artifactId, { range: 'bytes=8000000-8999999' });
    expect(range.status).toBe(206);
    expect(Buffer.from(await range.arrayBuffer())).toEqual(bytes.subarray(8_000_000, 9_000_000));

    // Prepared, and its transaction never came.
    const orphan = randomBytes(500);
    const other = await uploadWhole(service.url, attempt, orphan);
    await service.application.get(UploadPublisher).prepare([other.id], attempt);
    expect(await store.sizeOf(sha256Of(orphan))).toBe(500);
    await service.application.get(BlobSweep).sweep(-60_000);
    expect(await store.sizeOf(sha256Of(orphan))).toBeNull();
    expect(await store.sizeOf(sha256Of(bytes))).toBe(bytes.length);
    // It is put there again by the transaction, when it comes after all.
    expect(
      Buffer.from(await (await content(await publish(other.id, attempt))).arrayBuffer()),
    ).toEqual(orphan);

    await service.application.get(UploadCleaner).clean();
    expect(await listed(store.stagingIds())).toEqual([]);
    expect(sha256Of(Buffer.from(await (await content(artifactId)).arrayBuffer()))).toBe(
      sha256Of(bytes),
    );
  });

  it('refuses a part that is not what it says, and keeps nothing of it', async () => {
    const attempt = await createAttempt(service);
    const { id } = await announce(attempt, Buffer.from('right'));
    const sent = await sendPart(service.url, attempt.credential, id, 0, Buffer.from('wrong'), {
      sha256: sha256Of(Buffer.from('right')),
    });
    expect([sent.status, sent.body.type]).toEqual([422, '/problems/hash-mismatch']);
    expect(await listed(store.stagingIds())).not.toContain(id);
  });

  it('says that the bucket is away', async () => {
    const ready = async () => {
      const { data } = await (await service.client()).GET('/health/ready');
      return [data?.status, data?.artifacts];
    };
    expect(await ready()).toEqual(['ok', 'up']);
    await server.close();
    expect(await ready()).toEqual(['degraded', 'down']);
    server = { ...server, close: () => Promise.resolve() };
  });
});
