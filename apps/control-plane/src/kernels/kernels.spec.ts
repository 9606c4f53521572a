import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KernelFetch } from '@fenceline/contracts/api';
import type { Client } from '@fenceline/client';
import { makePackedFile, packedKernelFiles } from '@fenceline/vm/testing';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { sendPart, sha256Of } from '../uploads/uploads.testing.js';
import { DebianKernels } from './debian-kernels.js';
import { ImageMaker } from './images/image-maker.js';

describe('kernels', () => {
  let service: TestService;
  let token: string;
  let alice: Client;
  beforeAll(async () => {
    service = await openTestService();
    vi.spyOn(service.application.get(ImageMaker), 'make').mockRejectedValue(new Error('not here'));
    token = await service.token(['kernels', 'read']);
    alice = await service.client(['kernels', 'read']);
  });
  afterAll(() => service.close());

  async function upload(bytes: Uint8Array, kind: 'kernel' | 'image' = 'kernel'): Promise<string> {
    const body = { kind, name: 'k.tar.zst', size: bytes.length, sha256: sha256Of(bytes) };
    const { data } = await alice.POST('/uploads', { body });
    const { id } = data!;
    const sent = await sendPart(service.url, token, id, 0, bytes, { of: 'uploads' });
    expect(sent.status).toBe(200);
    await alice.POST('/uploads/{uploadId}/complete', { params: { path: { uploadId: id } } });
    return id;
  }

  it('are registered out of an upload, listed, shown, and retired', async () => {
    const bytes = await makePackedFile(packedKernelFiles('6.1.0-9', ['ccr']));
    const uploadId = await upload(bytes);
    const first = await alice.POST('/kernels', { body: { name: 'mine', uploadId } });
    expect(first.response.status).toBe(201);
    expect(first.data).toMatchObject({
      name: 'mine',
      version: '6.1.0-9',
      capabilities: ['ccr'],
      sha256: sha256Of(bytes),
      source: 'upload',
      retiredAt: null,
    });
    const again = await alice.POST('/kernels', { body: { name: 'mine', uploadId } });
    expect(again.data!.id).toEqual(first.data!.id);
    const other = await alice.POST('/kernels', {
      body: { name: 'mine', uploadId, capabilities: ['ccr', 'cqt'] },
    });
    expect(other.data!.id).not.toBe(first.data!.id);
    const list = async (retired: boolean) => {
      const { data } = await alice.GET('/kernels', {
        params: { query: { name: 'mine', retired: String(retired) } },
      });
      return data!.items.map(({ id }) => id);
    };
    expect(await list(false)).toEqual([other.data!.id, first.data!.id]);
    const path = { params: { path: { kernelId: first.data!.id } } };
    const retired = await alice.POST('/kernels/{kernelId}/retire', path);
    expect(retired.data!.retiredAt).not.toBeNull();
    expect((await alice.POST('/kernels/{kernelId}/retire', path)).data).toEqual(retired.data);
    expect((await alice.GET('/kernels/{kernelId}', path)).data).toEqual(retired.data);
    expect(await list(false)).toEqual([other.data!.id]);
    expect(await list(true)).toHaveLength(2);
    const { prisma } = service.database;
    expect(await prisma.artifact.count({ where: { sha256: sha256Of(bytes) } })).toBe(1);
    expect(await prisma.event.count({ where: { type: 'kernel.registered' } })).toBe(2);
  });

  it('are refused when the archive is not one, and nothing is registered', async () => {
    const files = packedKernelFiles('6.1.0-9');
    const bomb: [string, Uint8Array] = ['modules/bomb.ko', Buffer.alloc(60 * 2 ** 20)];
    const cases: [Uint8Array, RegExp][] = [
      [Buffer.from('hello'), /is not a packed kernel/],
      [await makePackedFile([...files, ['modules/../../x.ko', '']]), /is not allowed/],
      [await makePackedFile([...files, ['/etc/passwd', '']]), /is not allowed/],
      [await makePackedFile([...files, ['run.sh', '']]), /it holds "run\.sh"/],
      [await makePackedFile([...files, bomb]), /unpacks to more than/],
      [(await makePackedFile(files)).subarray(0, 100), /is not a packed kernel/],
    ];
    for (const [bytes, detail] of cases) {
      const uploadId = await upload(bytes);
      const { error, response } = await alice.POST('/kernels', { body: { name: 'bad', uploadId } });
      expect([response.status, error?.type]).toEqual([422, '/problems/invalid-archive']);
      expect(error!.detail).toMatch(detail);
    }
    expect(await service.database.prisma.kernel.count({ where: { name: 'bad' } })).toBe(0);
  });

  it('are refused when the upload is not complete, or of another kind', async () => {
    const bytes = await makePackedFile(packedKernelFiles('6.1.0-9'));
    const { data } = await alice.POST('/uploads', {
      body: { kind: 'kernel', name: 'k', size: bytes.length, sha256: sha256Of(bytes) },
    });
    const image = await upload(bytes, 'image');
    for (const uploadId of [data!.id, image]) {
      const { error } = await alice.POST('/kernels', { body: { name: 'bad', uploadId } });
      expect(error?.type).toBe('/problems/conflict');
    }
  });

  async function ended(id: string): Promise<KernelFetch> {
    return await vi.waitFor(
      async () => {
        const path = { params: { path: { fetchId: id } } };
        const { data } = await alice.GET('/kernel-fetches/{fetchId}', path);
        expect(data!.endedAt).not.toBeNull();
        return data!;
      },
      { timeout: 10_000 },
    );
  }

  it("are fetched from Debian's archive in the background", async () => {
    const bytes = await makePackedFile(packedKernelFiles('6.1.0-44-amd64'));
    vi.spyOn(service.application.get(DebianKernels), 'pack').mockImplementation(
      async (_name, file, progress) => {
        progress('fetching');
        await writeFile(file, bytes);
        return "Debian's package 6.1.1-1";
      },
    );
    const { data, response } = await alice.POST('/kernels/debian', {
      body: { name: 'debian:6.1' },
    });
    expect(response.status).toBe(202);
    const fetched = await ended(data!.id);
    expect(fetched).toMatchObject({ state: 'done', message: '', name: 'debian:6.1' });
    const path = { params: { path: { kernelId: fetched.kernelId! } } };
    expect((await alice.GET('/kernels/{kernelId}', path)).data).toMatchObject({
      name: 'debian:6.1',
      version: '6.1.0-44-amd64',
      source: "Debian's package 6.1.1-1",
      sha256: sha256Of(bytes),
    });
    expect((await alice.GET('/kernel-fetches')).data!.items).toEqual([fetched]);
  });

  it('say why they could not be fetched', async () => {
    vi.spyOn(service.application.get(DebianKernels), 'pack').mockRejectedValue(
      new Error('apt offers none of 9.9'),
    );
    const { data } = await alice.POST('/kernels/debian', { body: { name: 'debian:9.9' } });
    const { state, message, kernelId } = await ended(data!.id);
    expect([state, message, kernelId]).toEqual(['failed', 'apt offers none of 9.9', null]);
    const wrong = await alice.POST('/kernels/debian', { body: { name: 'debian:6.1; reboot' } });
    expect(wrong.response.status).toBe(400);
  });

  it('of another project are not there', async () => {
    const uploadId = await upload(await makePackedFile(packedKernelFiles('6.1.0-8')));
    const { data } = await alice.POST('/kernels', { body: { name: 'ours', uploadId } });
    const other = await service.database.prisma.project.create({ data: { name: 'other' } });
    const stranger = await service.token(['kernels', 'read'], 'eve', other.id);
    const ask = (path: string, method = 'GET') =>
      fetch(`${service.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${stranger}` },
      });
    expect((await ask(`/kernels/${data!.id}`)).status).toBe(404);
    expect((await ask(`/kernels/${data!.id}/retire`, 'POST')).status).toBe(404);
    expect(await (await ask('/kernels')).json()).toEqual({ items: [], next: null });
  });
});
