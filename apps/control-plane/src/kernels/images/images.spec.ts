import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '@fenceline/client';
import type { ImageRole } from '@fenceline/contracts';
import type { Kernel } from '@fenceline/contracts/api';
import { makePackedFile, packedImageFiles, packedKernelFiles } from '@fenceline/vm/testing';
import { openTestService, type TestService } from '../../testing/test-service.testing.js';
import { sendPart, sha256Of } from '../../uploads/uploads.testing.js';
import { ImageMaker } from './image-maker.js';
import { ImageRecipes } from './image-recipes.js';
import type { MadeImage } from './messages.js';

const release = '6.1.0-9';

describe('guest images', () => {
  let service: TestService;
  let token: string;
  let alice: Client;
  /** The roles of each call, and what they are made as. */
  let asked: ImageRole[][];
  let failing: Partial<Record<ImageRole, string>>;
  let packedKernel: Buffer;

  beforeEach(async () => {
    service = await openTestService();
    token = await service.token(['kernels', 'read']);
    alice = await service.client(['kernels', 'read']);
    [asked, failing] = [[], {}];
    packedKernel = await makePackedFile(packedKernelFiles(release));
    vi.spyOn(service.application.get(ImageMaker), 'make').mockImplementation(
      async ({ name, packedKernel: file, roles, folder }, tell) => {
        expect([name, await readFile(file)]).toEqual(['mine', packedKernel]);
        asked.push(roles);
        tell('building');
        return Promise.all(roles.map((role) => make(role, folder)));
      },
    );
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await service.close();
  });

  async function make(role: ImageRole, folder: string): Promise<MadeImage> {
    const failure = failing[role];
    if (failure !== undefined) return { role, failure };
    const file = path.join(folder, role);
    await writeFile(file, await packed(role));
    return { role, file };
  }

  const packed = (role: ImageRole, content = `image of ${role}`) =>
    makePackedFile(packedImageFiles(role, release, content));

  async function upload(bytes: Uint8Array, kind: 'kernel' | 'image'): Promise<string> {
    const body = { kind, name: 'k.tar.zst', size: bytes.length, sha256: sha256Of(bytes) };
    const { id } = (await alice.POST('/uploads', { body })).data!;
    await sendPart(service.url, token, id, 0, bytes, { of: 'uploads' });
    await alice.POST('/uploads/{uploadId}/complete', { params: { path: { uploadId: id } } });
    return id;
  }

  async function registerKernel(): Promise<Kernel> {
    const uploadId = await upload(packedKernel, 'kernel');
    const { data, response } = await alice.POST('/kernels', { body: { name: 'mine', uploadId } });
    expect(response.status).toBe(201);
    return data!;
  }

  const pathOf = ({ id }: Kernel) => ({ params: { path: { kernelId: id } } });

  /** The kernel when nothing goes on with its images any more. */
  async function settled(kernel: Kernel): Promise<Kernel> {
    return await vi.waitFor(
      async () => {
        const { data } = await alice.GET('/kernels/{kernelId}', pathOf(kernel));
        const open = data!.images.filter(({ state }) => ['waiting', 'building'].includes(state));
        expect(open).toEqual([]);
        return data!;
      },
      { timeout: 30_000 },
    );
  }

  it('are built for each role of a kernel that was registered, most wanted first', async () => {
    const kernel = await registerKernel();
    expect(kernel.images.map(({ role }) => role)).toEqual(['host', 'array-node', 'reference']);
    const { images } = await settled(kernel);
    for (const { role, state, sha256, imageSha256 } of images) {
      expect([role, state]).toEqual([role, 'ready']);
      expect(sha256).toBe(sha256Of(await packed(role)));
      expect(imageSha256).toBe(sha256Of(Buffer.from(`image of ${role}`)));
    }
    expect(asked.map((roles) => roles.toSorted())).toEqual([['array-node', 'host'], ['reference']]);
    const { data } = await alice.GET('/images');
    expect(data!.items).toHaveLength(3);
    expect(data!.items[0]).toMatchObject({ kernelSha256: kernel.sha256, source: 'built' });

    // Asked for again there is nothing to do.
    await alice.POST('/kernels/{kernelId}/images', pathOf(kernel));
    expect((await settled(kernel)).images).toEqual(images);
    expect(asked).toHaveLength(2);
    const { prisma } = service.database;
    expect(await prisma.event.count({ where: { type: 'image.registered' } })).toBe(3);
    expect(await prisma.imageBuild.count()).toBe(0);
  });

  it('say why they could not be built, and are built once more when that is asked', async () => {
    failing = { 'array-node': 'its modules lack nvmet' };
    const kernel = await registerKernel();
    const states = ({ images }: Kernel) => images.map(({ state, message }) => [state, message]);
    expect(states(await settled(kernel))).toEqual([
      ['ready', ''],
      ['failed', 'its modules lack nvmet'],
      ['ready', ''],
    ]);
    failing = {};
    const again = await alice.POST('/kernels/{kernelId}/images', pathOf(kernel));
    expect(again.response.status).toBe(202);
    expect(states(await settled(kernel))).toEqual(['', '', ''].map((none) => ['ready', none]));
    expect(asked.at(-1)).toEqual(['array-node']);
    await alice.POST('/kernels/{kernelId}/retire', pathOf(kernel));
    const retired = await alice.POST('/kernels/{kernelId}/images', pathOf(kernel));
    expect(retired.error?.type).toBe('/problems/conflict');
  });

  it('are built anew when this version of Fenceline makes them of something else', async () => {
    const kernel = await registerKernel();
    await settled(kernel);
    const recipes = { host: 'new', 'array-node': 'new', reference: 'new' };
    vi.spyOn(service.application.get(ImageRecipes), 'all').mockResolvedValue(recipes);
    await service.database.query('SELECT pg_notify($1, $2)', ['fenceline_image_builds', '']);
    const anew = await settled(kernel);
    expect(anew.images.every(({ state }) => state === 'ready')).toBe(true);
    expect(asked).toHaveLength(4);
    // The same bytes: one blob each, of two recipes.
    expect(await service.database.prisma.guestImage.count()).toBe(6);
    expect(await service.database.prisma.blob.count()).toBe(4);
  });

  it('are taken from whoever has a better one, for the very kernel that it is of', async () => {
    const kernel = await registerKernel();
    await settled(kernel);
    const bytes = await packed('host', 'mine');
    const body = { name: 'mine', uploadId: await upload(bytes, 'image') };
    const { data } = await alice.POST('/images', { body });
    expect(data).toMatchObject({ role: 'host', source: 'upload', sha256: sha256Of(bytes) });
    const hostOf = async () => (await settled(kernel)).images[0]!.sha256;
    expect(await hostOf()).toBe(sha256Of(bytes));
    const imagePath = { params: { path: { imageId: data!.id } } };
    expect(
      (await alice.POST('/images/{imageId}/retire', imagePath)).data!.retiredAt,
    ).not.toBeNull();
    expect(await hostOf()).toBe(sha256Of(await packed('host')));

    const cases: [Uint8Array, string, RegExp][] = [
      [await makePackedFile([['../x', '']]), 'invalid-archive', /is not a packed guest image/],
      [await makePackedFile(packedImageFiles('host', '5.10')), 'conflict', /is for 5\.10/],
      [packedKernel, 'invalid-archive', /it holds "kernel\.json"/],
    ];
    for (const [wrong, type, detail] of cases) {
      const uploadId = await upload(wrong, 'image');
      const { error } = await alice.POST('/images', { body: { name: 'mine', uploadId } });
      expect(error?.type).toBe(`/problems/${type}`);
      expect(error!.detail).toMatch(detail);
    }
    const unknown = { name: 'other', uploadId: await upload(bytes, 'image') };
    const { error } = await alice.POST('/images', { body: unknown });
    expect(error?.type).toBe('/problems/unknown-kernel');
  });
});
