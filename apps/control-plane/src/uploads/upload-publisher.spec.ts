import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { createAttempt, type TestAttempt } from '../testing/attempt.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { UploadPublisher, type PublishedArtifact } from './upload-publisher.js';
import { announce, sha256Of, uploadWhole } from './uploads.testing.js';

describe('publishing uploads', () => {
  let service: TestService;
  let publisher: UploadPublisher;
  let store: ArtifactStore;
  beforeAll(async () => {
    service = await openTestService();
    publisher = service.application.get(UploadPublisher);
    store = service.application.get<ArtifactStore>(ARTIFACT_STORE);
  });
  afterAll(() => service.close());

  async function publish(
    { attemptId, fencingToken, jobId, runId }: TestAttempt,
    uploadIds: string[],
  ): Promise<PublishedArtifact[]> {
    const prepared = await publisher.prepare(uploadIds, { attemptId, fencingToken });
    const about = { projectId: service.projectId, owner: 'alice', attemptId, jobId, runId };
    return await service.database.transaction((sql) => publisher.publish(sql, about, prepared));
  }

  it('makes artifacts, with their events, of what was uploaded', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(1000);
    const evidence = await uploadWhole(service.url, attempt, bytes);
    const log = await uploadWhole(service.url, attempt, Buffer.from('a'), {
      kind: 'log',
      name: 'log',
    });
    const published = await publish(attempt, [evidence.id, log.id]);
    expect(published.map(({ kind, sha256 }) => [kind, sha256])).toEqual([
      ['evidence', sha256Of(bytes)],
      ['log', sha256Of(Buffer.from('a'))],
    ]);
    expect(await store.sizeOf(sha256Of(bytes))).toBe(1000);
    const { prisma } = service.database;
    const rows = await prisma.artifact.findMany({ where: { attemptId: attempt.attemptId } });
    expect(rows).toHaveLength(2);
    const events = await prisma.event.findMany({ where: { attemptId: attempt.attemptId } });
    expect(events.map(({ type }) => type)).toEqual(['artifact.published', 'artifact.published']);
    expect(events.map(({ data }) => data)).toContainEqual({
      artifactId: published[0]!.artifactId,
      kind: 'evidence',
      name: 'evidence.tar.zst',
      size: 1000,
      sha256: sha256Of(bytes),
    });
  });

  it('does it once, however often it is asked', async () => {
    const attempt = await createAttempt(service);
    const { id } = await uploadWhole(service.url, attempt, randomBytes(100));
    expect(await publish(attempt, [id, id])).toHaveLength(1);
    expect(await publish(attempt, [id])).toEqual([]);
    const both = await uploadWhole(service.url, attempt, randomBytes(100));
    const counts = await Promise.all([1, 2, 3].map(() => publish(attempt, [id, both.id])));
    expect(counts.flat()).toHaveLength(1);
  });

  it('leaves no artifact when the transaction fails, and can be done again', async () => {
    const attempt = await createAttempt(service);
    const { id, sha256 } = await uploadWhole(service.url, attempt, randomBytes(100));
    const { attemptId, fencingToken } = attempt;
    const prepared = await publisher.prepare([id], { attemptId, fencingToken });
    const about = { projectId: service.projectId, owner: 'alice', attemptId };
    const failing = service.database.transaction(async (sql) => {
      await publisher.publish(sql, about, prepared);
      throw new Error('the token is stale');
    });
    await expect(failing).rejects.toThrow('the token is stale');
    const { prisma } = service.database;
    expect(await prisma.artifact.count({ where: { attemptId } })).toBe(0);
    // What a sweep takes before the second time is brought back.
    await store.removeBlob(sha256);
    await service.database.transaction((sql) => publisher.publish(sql, about, prepared));
    expect(await store.sizeOf(sha256)).toBe(100);
    expect(await prisma.artifact.count({ where: { attemptId } })).toBe(1);
  });

  it('takes the same content from two workers at once, and keeps it once', async () => {
    const bytes = randomBytes(200_000);
    const attempts = await Promise.all([1, 2, 3].map(() => createAttempt(service)));
    const uploads = await Promise.all(
      attempts.map((attempt) => uploadWhole(service.url, attempt, bytes)),
    );
    const published = await Promise.all(
      attempts.map((attempt, index) => publish(attempt, [uploads[index]!.id])),
    );
    expect(new Set(published.flat().map(({ artifactId }) => artifactId)).size).toBe(3);
    const { prisma } = service.database;
    expect(await prisma.blob.count({ where: { sha256: sha256Of(bytes) } })).toBe(1);
    expect(await prisma.artifact.count({ where: { sha256: sha256Of(bytes) } })).toBe(3);
  });

  it('refuses uploads that are not complete, not of the attempt, or of another token', async () => {
    const attempt = await createAttempt(service);
    const other = await createAttempt(service);
    const open = await announce(attempt, randomBytes(10));
    const foreign = await uploadWhole(service.url, other, randomBytes(10));
    const own = await uploadWhole(service.url, attempt, randomBytes(10));
    const { attemptId, fencingToken } = attempt;
    const cases: [string[], string, RegExp][] = [
      [[own.id, open.id], fencingToken, /is not complete/],
      [[own.id, foreign.id], fencingToken, new RegExp(`no such upload here: ${foreign.id}`)],
      [[randomUUID()], fencingToken, /no such upload here/],
      [[own.id], other.fencingToken, /no such upload here/],
    ];
    for (const [ids, token, message] of cases) {
      const preparing = publisher.prepare(ids, { attemptId, fencingToken: token });
      await expect(preparing).rejects.toThrow(message);
    }
  });

  it('refuses one that was given up between the two steps', async () => {
    const attempt = await createAttempt(service);
    const { id } = await uploadWhole(service.url, attempt, randomBytes(10));
    const { attemptId, fencingToken } = attempt;
    const prepared = await publisher.prepare([id], { attemptId, fencingToken });
    await service.database.prisma.upload.update({ where: { id }, data: { state: 'abandoned' } });
    const about = { projectId: service.projectId, owner: 'alice', attemptId };
    await expect(
      service.database.transaction((sql) => publisher.publish(sql, about, prepared)),
    ).rejects.toThrow(/was given up/);
  });
});
