import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactKindSchema, artifactTypes, type ArtifactKind } from '@fenceline/contracts/api';
import { createAttempt, type TestAttempt } from '../testing/attempt.testing.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { UploadPublisher } from '../uploads/upload-publisher.js';
import { sha256Of, uploadWhole } from '../uploads/uploads.testing.js';

describe('artifacts', () => {
  let service: TestService;
  let token: string;
  beforeAll(async () => {
    service = await openTestService();
    token = await service.token(['read']);
  });
  afterAll(() => service.close());

  async function publish(
    attempt: TestAttempt,
    bytes: Uint8Array,
    kind: ArtifactKind = 'evidence',
    name = 'evidence.tar.zst',
  ): Promise<string> {
    const { id } = await uploadWhole(service.url, attempt, bytes, { kind, name });
    const publisher = service.application.get(UploadPublisher);
    const prepared = await publisher.prepare([id], attempt);
    const { attemptId } = attempt;
    const about = { projectId: service.projectId, owner: 'alice', attemptId };
    const [published] = await service.database.transaction((sql) =>
      publisher.publish(sql, about, prepared),
    );
    return published!.artifactId;
  }

  function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
    return fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  }
  const content = (id: string, headers?: Record<string, string>, method?: string) =>
    get(`/artifacts/${id}/content`, headers, method);
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  it('are listed by attempt, job and kind, newest first, in pages', async () => {
    const [one, two] = [await createAttempt(service), await createAttempt(service)];
    const ids = [
      await publish(one, randomBytes(1)),
      await publish(one, Buffer.from('{}'), 'verdict', 'verdict.json'),
      await publish(one, Buffer.from('x'), 'log', 'console.log'),
    ];
    await publish(two, randomBytes(1));
    const client = await service.client(['read']);
    const list = async (query: object) => {
      const { data } = await client.GET('/artifacts', { params: { query } });
      return data!;
    };
    const all = await list({ attemptId: one.attemptId });
    expect(all.items.map(({ id }) => id)).toEqual([...ids].reverse());
    expect(all.items[0]).toMatchObject({
      kind: 'log',
      name: 'console.log',
      size: 1,
      sha256: sha256Of(Buffer.from('x')),
      attemptId: one.attemptId,
      jobId: one.jobId,
      owner: 'alice',
    });
    expect((await list({ jobId: one.jobId })).items).toEqual(all.items);
    expect((await list({ jobId: one.jobId, kind: 'verdict' })).items.map(({ id }) => id)).toEqual([
      ids[1],
    ]);
    const first = await list({ jobId: one.jobId, limit: 2 });
    const second = await list({ jobId: one.jobId, limit: 2, cursor: first.next });
    expect([...first.items, ...second.items]).toEqual(all.items);
    expect(second.next).toBeNull();
  });

  it('are sent whole, in part, as headers alone, or not again', async () => {
    const bytes = randomBytes(100_000);
    const id = await publish(await createAttempt(service), bytes);
    const tag = `"${sha256Of(bytes)}"`;

    const whole = await content(id);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('etag')).toBe(tag);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    expect(sha256Of(await bytesOf(whole))).toBe(sha256Of(bytes));

    const part = await content(id, { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/100000']);
    expect(await bytesOf(part)).toEqual(bytes.subarray(10, 20));
    const end = await content(id, { range: 'bytes=-5' });
    expect(await bytesOf(end)).toEqual(bytes.subarray(99_995));

    const beyond = await content(id, { range: 'bytes=100000-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
    expect(beyond.headers.get('content-type')).toContain('application/problem+json');
    expect(await beyond.json()).toMatchObject({ type: '/problems/range-not-satisfiable' });

    for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const known = await content(id, { 'if-none-match': header });
      expect([known.status, await known.text()]).toEqual([304, '']);
    }
    expect((await content(id, { 'if-none-match': '"other"' })).status).toBe(200);

    const same = await content(id, { range: 'bytes=0-0', 'if-range': tag });
    expect(same.status).toBe(206);
    const changed = await content(id, { range: 'bytes=0-0', 'if-range': '"other"' });
    expect([changed.status, (await bytesOf(changed)).length]).toEqual([200, 100_000]);

    const head = await content(id, { range: 'bytes=0-0' }, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      '100000',
      '',
    ]);
  });

  it('are sent when they are empty', async () => {
    const id = await publish(await createAttempt(service), new Uint8Array(), 'log', 'log');
    const response = await content(id);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect((await content(id, { range: 'bytes=0-0' })).status).toBe(416);
  });

  it('are never a page of the service, whatever their bytes say', async () => {
    const attempt = await createAttempt(service);
    const page = Buffer.from('<script>alert(1)</script>');
    for (const kind of artifactKindSchema.options) {
      const { headers } = await content(await publish(attempt, page, kind, 'page.html'));
      expect(headers.get('content-type')).toBe(artifactTypes[kind]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(
        kind === 'report' ? /^sandbox allow-scripts; default-src 'none';/ : /^sandbox; default-src/,
      );
      expect(headers.get('content-disposition')).toBe(
        `${kind === 'report' ? 'inline' : 'attachment'}; filename="page.html"`,
      );
    }
  });

  it('go on being served when a client went away in the middle', async () => {
    const bytes = randomBytes(4_000_000);
    const id = await publish(await createAttempt(service), bytes);
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET /api/v1/artifacts/${id}/content HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.destroy();
    expect(sha256Of(await bytesOf(await content(id)))).toBe(sha256Of(bytes));
  });

  it('of another project are not there', async () => {
    const id = await publish(await createAttempt(service), randomBytes(10));
    const other = await service.database.prisma.project.create({ data: { name: 'other' } });
    const stranger = await service.token(['read'], 'eve', other.id);
    const headers = { authorization: `Bearer ${stranger}` };
    expect((await get(`/artifacts/${id}`, headers)).status).toBe(404);
    expect((await content(id, headers)).status).toBe(404);
    expect((await content(id, headers, 'HEAD')).status).toBe(404);
    expect(await (await get('/artifacts', headers)).json()).toEqual({ items: [], next: null });
    expect((await content(randomUUID())).status).toBe(404);
  });

  it('are open to a worker only where they are kernels or images, or pinned by its job', async () => {
    const bytes = [randomBytes(10), randomBytes(11), randomBytes(12), randomBytes(13)] as const;
    const [kernel, image, pinned, evidence] = bytes.map(sha256Of) as [
      string,
      string,
      string,
      string,
    ];
    const maker = await createAttempt(service);
    await publish(maker, bytes[0], 'kernel');
    await publish(maker, bytes[1], 'image');
    await publish(maker, bytes[2], 'kernel');
    await publish(maker, bytes[3]);
    const { prisma } = service.database;
    const owned = { projectId: service.projectId, owner: 'alice', name: 'debian:6.1' };
    await prisma.kernel.create({
      data: { ...owned, version: '6.1', capabilities: [], sha256: kernel, source: 'upload' },
    });
    await prisma.guestImage.create({
      data: {
        ...{ ...owned, role: 'host', sha256: image },
        ...{ kernelSha256: kernel, imageSha256: image },
      },
    });
    const idle = await createAttempt(service);
    const busy = await createAttempt(service, [{ kind: 'kernel', sha256: pinned }]);
    const status = async ({ credential }: TestAttempt, sha256: string) =>
      (await get(`/worker/blobs/${sha256}`, { authorization: `Bearer ${credential}` })).status;
    expect(await status(idle, kernel)).toBe(200);
    expect(await status(idle, image)).toBe(200);
    expect(await status(idle, pinned)).toBe(404);
    expect(await status(busy, pinned)).toBe(200);
    expect(await status(busy, evidence)).toBe(404);
    expect((await get(`/worker/blobs/${kernel}`)).status).toBe(403);
    await prisma.attempt.update({
      where: { id: busy.attemptId },
      data: { state: 'ended', endedHow: 'done', endedAt: new Date() },
    });
    expect(await status(busy, pinned)).toBe(404);
    const part = await get(`/worker/blobs/${kernel}`, {
      authorization: `Bearer ${idle.credential}`,
      range: 'bytes=2-4',
    });
    expect(await bytesOf(part)).toEqual(bytes[0].subarray(2, 5));
  });
});
