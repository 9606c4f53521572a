import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openUploadLimit, uploadPartLimit } from '@fenceline/contracts/api';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { NoSpace } from '../store/store-error.js';
import { createAttempt, supersede, type TestAttempt } from '../testing/attempt.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { sendCutPart } from './cut-part.testing.js';
import { UploadPublisher } from './upload-publisher.js';
import { announce, sendPart, sha256Of, uploadWhole } from './uploads.testing.js';

describe('uploads', () => {
  let service: TestService;
  let store: ArtifactStore;
  beforeAll(async () => {
    service = await openTestService({ FENCELINE_UPLOAD_LIMIT_MIB: 64 });
    store = service.application.get<ArtifactStore>(ARTIFACT_STORE);
  });
  afterAll(() => service.close());
  afterEach(() => vi.restoreAllMocks());

  function show({ worker }: TestAttempt, uploadId: string) {
    return worker.GET('/worker/uploads/{uploadId}', { params: { path: { uploadId } } });
  }
  function complete({ worker }: TestAttempt, uploadId: string) {
    return worker.POST('/worker/uploads/{uploadId}/complete', { params: { path: { uploadId } } });
  }

  it('goes on from `received` after cuts at random bytes, and ends with the same bytes', async () => {
    const attempt = await createAttempt(service);
    const step = fc.record({
      size: fc.integer({ min: 1, max: 40_000 }),
      /** How much of the part is sent, or null where nothing is cut. */
      cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 90_000, size: 'max' }),
        fc.array(step, { minLength: 3, maxLength: 8 }),
        async (bytes, steps) => {
          const { id } = await announce(attempt, bytes);
          let received = 0;
          for (let turn = 0; received < bytes.length; turn += 1) {
            // After the drawn ones all that is left goes in one part, so that it ends.
            const { size, cut } = steps[turn] ?? { size: bytes.length, cut: null };
            const part = bytes.slice(received, received + size);
            if (cut === null) {
              const sent = await sendPart(service.url, attempt.credential, id, received, part);
              expect(sent.status).toBe(200);
            } else {
              const at = Math.floor(cut * part.length);
              await sendCutPart(service.url, attempt.credential, id, received, part, at);
            }
            const { data } = await show(attempt, id);
            // Only whole parts count, and what counted stays.
            expect([received, received + part.length]).toContain(data!.received);
            received = data!.received;
          }
          const { data } = await complete(attempt, id);
          expect(data?.state).toBe('completed');
          expect(sha256Of(await buffer(await store.openStaged(id)))).toBe(sha256Of(bytes));
        },
      ),
      { numRuns: 15 },
    );
    await vi.waitFor(async () => {
      const files = await readdir(path.join(service.settings.FENCELINE_ARTIFACTS, 'staging'), {
        recursive: true,
      });
      expect(files.filter((file) => file.includes('new-'))).toEqual([]);
    });
  });

  it('takes a repeated part as done, also when two come at once, and refuses a gap', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(3000);
    const { id } = await announce(attempt, bytes);
    const send = (offset: number, length: number) =>
      sendPart(
        service.url,
        attempt.credential,
        id,
        offset,
        bytes.subarray(offset, offset + length),
      );
    const atOnce = await Promise.all([send(0, 1000), send(0, 1000), send(0, 2000)]);
    expect(atOnce.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { received } = atOnce[0].body;
    expect([1000, 2000]).toContain(received);
    const again = await send(0, 1000);
    expect([again.status, again.body.received]).toEqual([200, received]);
    const gap = await send(2500, 500);
    expect([gap.status, gap.body.type]).toEqual([409, '/problems/conflict']);
    expect((await send(received, 3000)).body.received).toBe(3000);
    expect((await send(1000, 1000)).body.received).toBe(3000);
    expect((await complete(attempt, id)).data?.state).toBe('completed');
    expect((await complete(attempt, id)).data?.state).toBe('completed');
    expect((await send(0, 1000)).body.state).toBe('completed');
    expect((await send(3000, 0)).status).toBe(409);
  });

  it('takes an empty file', async () => {
    const attempt = await createAttempt(service);
    const upload = await uploadWhole(service.url, attempt, new Uint8Array());
    expect(upload.size).toBe(0);
  });

  it('refuses a part whose hash is wrong, and keeps what was there', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(2000);
    const { id } = await announce(attempt, bytes);
    const wrong = await sendPart(service.url, attempt.credential, id, 0, bytes.subarray(0, 500), {
      sha256: sha256Of(bytes),
    });
    expect([wrong.status, wrong.body.type]).toEqual([422, '/problems/hash-mismatch']);
    expect((await show(attempt, id)).data!.received).toBe(0);
    expect((await sendPart(service.url, attempt.credential, id, 0, bytes)).status).toBe(200);
  });

  it('gives up a file that is not the one announced', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(2000);
    const { id } = await announce(attempt, bytes, { sha256: sha256Of(randomBytes(1)) });
    await sendPart(service.url, attempt.credential, id, 0, bytes);
    const first = await complete(attempt, id);
    expect(first.error?.type).toBe('/problems/hash-mismatch');
    const second = await complete(attempt, id);
    expect([second.response.status, second.error?.type]).toEqual([410, '/problems/gone']);
    expect((await sendPart(service.url, attempt.credential, id, 0, bytes)).status).toBe(410);
  });

  it('refuses to complete a file that misses bytes, saying where to go on', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(2000);
    const { id } = await announce(attempt, bytes);
    await sendPart(service.url, attempt.credential, id, 0, bytes.subarray(0, 700));
    const { error } = await complete(attempt, id);
    expect(error).toMatchObject({
      type: '/problems/conflict',
      mend: expect.stringContaining('700') as string,
    });
  });

  it('refuses more bytes than announced or allowed, before and while they come', async () => {
    const attempt = await createAttempt(service);
    const { id } = await announce(attempt, randomBytes(100));
    const more = await sendPart(service.url, attempt.credential, id, 0, randomBytes(101));
    expect([more.status, more.body.type]).toEqual([413, '/problems/too-large']);
    const large = await announce(attempt, Buffer.alloc(uploadPartLimit + 1));
    const part = await sendPart(
      service.url,
      attempt.credential,
      large.id,
      0,
      Buffer.alloc(uploadPartLimit + 1),
    );
    expect(part.status).toBe(413);
    const { worker, attemptId, fencingToken } = attempt;
    const { error } = await worker.POST('/worker/uploads', {
      body: {
        kind: 'evidence',
        name: 'e',
        size: 64 * 2 ** 20 + 1,
        sha256: sha256Of(randomBytes(1)),
        attemptId,
        fencingToken,
      },
    });
    expect(error?.type).toBe('/problems/too-large');
  });

  it('refuses a body that is not said to be bytes', async () => {
    const attempt = await createAttempt(service);
    const bytes = Buffer.from('{}');
    const { id } = await announce(attempt, bytes);
    const sent = await sendPart(service.url, attempt.credential, id, 0, bytes, {
      type: 'application/json',
    });
    expect([sent.status, sent.body.type]).toEqual([415, '/problems/wrong-type']);
  });

  it('looks for space before the first byte, counting what other uploads still need', async () => {
    const attempt = await createAttempt(service);
    const free = service.settings.FENCELINE_ARTIFACTS_RESERVE_MIB * 2 ** 20;
    const body = {
      kind: 'evidence' as const,
      name: 'e',
      size: 1000,
      sha256: sha256Of(randomBytes(1)),
      attemptId: attempt.attemptId,
      fencingToken: attempt.fencingToken,
    };
    const [row] = await service.database.query<{ needed: number }>(
      `SELECT coalesce(sum(CASE WHEN size > $1 THEN 2 * size ELSE size END - received), 0)::int AS needed
         FROM uploads WHERE state = 'open'`,
      [uploadPartLimit],
    );
    vi.spyOn(store, 'freeBytes').mockResolvedValue(free + row!.needed + 1500);
    expect((await attempt.worker.POST('/worker/uploads', { body })).response.status).toBe(201);
    const { response, error } = await attempt.worker.POST('/worker/uploads', { body });
    expect([response.status, error?.type]).toEqual([507, '/problems/no-space']);
  });

  it('says so when the store is full in the middle, and goes on later', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(100);
    const { id } = await announce(attempt, bytes);
    vi.spyOn(store, 'stagePart').mockRejectedValueOnce(new NoSpace('full'));
    const full = await sendPart(service.url, attempt.credential, id, 0, bytes);
    expect([full.status, full.body.type]).toEqual([507, '/problems/no-space']);
    expect((await sendPart(service.url, attempt.credential, id, 0, bytes)).status).toBe(200);
  });

  it('bounds how many are open at the same time', async () => {
    const attempt = await createAttempt(service);
    const { projectId } = service;
    await service.database.prisma.upload.createMany({
      data: Array.from({ length: openUploadLimit }, () => ({
        projectId,
        owner: 'alice',
        kind: 'log',
        name: 'log',
        size: 1,
        sha256: sha256Of(randomBytes(1)),
        attemptId: attempt.attemptId,
        fencingToken: BigInt(attempt.fencingToken),
        expiresAt: new Date(Date.now() + 1000_000),
      })),
    });
    const { attemptId, fencingToken } = attempt;
    const { response } = await attempt.worker.POST('/worker/uploads', {
      body: {
        kind: 'log',
        name: 'log',
        size: 1,
        sha256: sha256Of(randomBytes(1)),
        attemptId,
        fencingToken,
      },
    });
    expect(response.status).toBe(429);
  });

  it('answers `superseded` once a newer attempt is there, and takes what is surrendered', async () => {
    const attempt = await createAttempt(service);
    const bytes = randomBytes(500);
    const done = await uploadWhole(service.url, attempt, bytes);
    const { id } = await announce(attempt, bytes);
    const full = await announce(attempt, bytes);
    await sendPart(service.url, attempt.credential, full.id, 0, bytes);
    const newer = await supersede(service, attempt);
    const part = await sendPart(service.url, attempt.credential, id, 0, bytes);
    expect([part.status, part.body.type]).toEqual([409, '/problems/superseded']);
    expect((await complete(attempt, full.id)).error?.type).toBe('/problems/superseded');
    const { attemptId, fencingToken, worker } = attempt;
    const file = { kind: 'evidence' as const, name: 'e', size: 500, sha256: sha256Of(bytes) };
    const create = async (fields: { attemptId: string; fencingToken: string }) => {
      const { error } = await worker.POST('/worker/uploads', { body: { ...file, ...fields } });
      return error?.type;
    };
    expect(await create({ attemptId, fencingToken })).toBe('/problems/superseded');
    // Its own token does not open the newer attempt.
    expect(await create({ attemptId: newer.attemptId, fencingToken })).toBe('/problems/superseded');
    expect(await create(newer)).toBeUndefined();
    const surrendered = await uploadWhole(service.url, attempt, bytes, { surrender: true });
    const publisher = service.application.get(UploadPublisher);
    const prepared = await publisher.prepare([surrendered.id, done.id], {
      attemptId,
      fencingToken,
    });
    expect(prepared).toHaveLength(2);
  });

  it('hides the uploads of another worker, and those of people from workers', async () => {
    const [one, two] = [await createAttempt(service), await createAttempt(service)];
    const { id } = await announce(one, randomBytes(10));
    expect((await show(two, id)).response.status).toBe(404);
    expect((await sendPart(service.url, two.credential, id, 0, randomBytes(10))).status).toBe(404);
    expect((await complete(two, id)).response.status).toBe(404);
    expect((await show(one, randomUUID())).response.status).toBe(404);
    const alice = await service.client(['kernels']);
    const path = { params: { path: { uploadId: id } } };
    expect((await alice.GET('/uploads/{uploadId}', path)).response.status).toBe(404);
  });

  it('is the same for people with the scope `kernels`, within their project', async () => {
    const bytes = randomBytes(50);
    const token = await service.token(['kernels']);
    const alice = await service.client(['kernels']);
    const body = { kind: 'kernel' as const, name: 'k.tar.zst', size: 50, sha256: sha256Of(bytes) };
    const { data } = await alice.POST('/uploads', { body });
    const uploadId = data!.id;
    const sent = await sendPart(service.url, token, uploadId, 0, bytes, { of: 'uploads' });
    expect(sent.status).toBe(200);
    const path = { params: { path: { uploadId } } };
    expect((await alice.POST('/uploads/{uploadId}/complete', path)).data?.state).toBe('completed');
    const other = await service.database.prisma.project.create({ data: { name: 'other' } });
    const stranger = await service.token(['kernels'], 'eve', other.id);
    const answer = await fetch(`${service.url}/api/v1/uploads/${uploadId}`, {
      headers: { authorization: `Bearer ${stranger}` },
    });
    expect(answer.status).toBe(404);
    const reader = await service.client(['read']);
    expect((await reader.POST('/uploads', { body })).response.status).toBe(403);
  });
});
