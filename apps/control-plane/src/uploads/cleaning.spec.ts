import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { createAttempt } from '../testing/attempt.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { BlobSweep } from './blob-sweep.js';
import { UploadCleaner } from './upload-cleaner.js';
import { UploadPublisher } from './upload-publisher.js';
import { announce, sendPart, sha256Of, uploadWhole } from './uploads.testing.js';

describe('what is left over', () => {
  let service: TestService;
  let store: ArtifactStore;
  let publisher: UploadPublisher;
  let cleaner: UploadCleaner;
  let blobSweep: BlobSweep;
  beforeAll(async () => {
    service = await openTestService();
    const { application } = service;
    store = application.get<ArtifactStore>(ARTIFACT_STORE);
    publisher = application.get(UploadPublisher);
    cleaner = application.get(UploadCleaner);
    blobSweep = application.get(BlobSweep);
  });
  afterAll(() => service.close());

  async function staged(): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of store.stagingIds()) ids.push(id);
    return ids;
  }

  it('of an upload that nobody goes on with is removed, and the upload is gone', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(100);
    const idle = await announce(attempt, bytes);
    await sendPart(service.url, attempt.credential, idle.id, 0, bytes.subarray(0, 50));
    const busy = await announce(attempt, bytes);
    await sendPart(service.url, attempt.credential, busy.id, 0, bytes.subarray(0, 50));
    const whole = await uploadWhole(service.url, attempt, bytes);
    const past = { expiresAt: new Date(Date.now() - 1000) };
    const { prisma } = service.database;
    await prisma.upload.updateMany({ where: { id: { in: [idle.id, whole.id] } }, data: past });
    await cleaner.clean();
    expect(await staged()).toEqual([busy.id]);
    const after = await sendPart(service.url, attempt.credential, idle.id, 50, bytes.subarray(50));
    expect([after.status, after.body.type]).toEqual([410, '/problems/gone']);
    const { attemptId, fencingToken } = attempt;
    await expect(publisher.prepare([whole.id], { attemptId, fencingToken })).rejects.toThrow(
      'was given up',
    );
  });

  it('of an upload that was published goes from staging, and its content stays', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(100);
    const { id } = await uploadWhole(service.url, attempt, bytes);
    const { attemptId, fencingToken } = attempt;
    const prepared = await publisher.prepare([id], { attemptId, fencingToken });
    const about = { projectId: service.projectId, owner: 'alice', attemptId };
    await service.database.transaction((sql) => publisher.publish(sql, about, prepared));
    await cleaner.clean();
    await blobSweep.sweep(0);
    expect(await staged()).not.toContain(id);
    expect(await store.sizeOf(sha256Of(bytes))).toBe(100);
  });

  it('of a transaction that never was is swept once it is old', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(100);
    const { id } = await uploadWhole(service.url, attempt, bytes);
    await publisher.prepare([id], attempt);
    await blobSweep.sweep(3_600_000);
    expect(await store.sizeOf(sha256Of(bytes))).toBe(100);
    await blobSweep.sweep(0);
    expect(await store.sizeOf(sha256Of(bytes))).toBeNull();
  });

  it('is not swept from under a transaction that publishes it', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(100);
    const { id } = await uploadWhole(service.url, attempt, bytes);
    const prepared = await publisher.prepare([id], attempt);
    const { attemptId } = attempt;
    const about = { projectId: service.projectId, owner: 'alice', attemptId };
    await service.database.transaction(async (sql) => {
      await publisher.publish(sql, about, prepared);
      await blobSweep.sweep(0);
      expect(await store.sizeOf(sha256Of(bytes))).toBe(100);
    });
    await blobSweep.sweep(0);
    expect(await store.sizeOf(sha256Of(bytes))).toBe(100);
  });

  it('is never missing under an artifact, however sweeps and transactions meet', async () => {
    const attempt = await createAttempt(service);
    const about = { projectId: service.projectId, owner: 'alice', attemptId: attempt.attemptId };
    const publishing = Array.from({ length: 12 }, async () => {
      const bytes = randomBytes(100);
      const { id } = await uploadWhole(service.url, attempt, bytes);
      const prepared = await publisher.prepare([id], attempt);
      await blobSweep.sweep(0);
      await service.database.transaction((sql) => publisher.publish(sql, about, prepared));
      return sha256Of(bytes);
    });
    const published = new AbortController();
    const sweeping = (async () => {
      while (!published.signal.aborted) await blobSweep.sweep(0);
    })();
    const hashes = await Promise.all(publishing);
    published.abort();
    await sweeping;
    for (const hash of hashes) expect(await store.sizeOf(hash)).toBe(100);
  });
});
