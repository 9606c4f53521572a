import { encodeHeader, paddingOf } from '@fenceline/archive/testing';
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeBzImage } from './bzimage.testing.js';
import { makeModule } from './elf.testing.js';
import { testFolder } from './folder.testing.js';
import { KernelRegistry, type KernelImage } from './kernel-registry.js';
import { packKernel, readPackedKernel } from './packed-kernel.js';
import { makePackedFile, packedKernelFiles } from './packed-kernel.testing.js';
import { REQUIRED_MODULES } from './roles.js';

const RELEASE = '6.1.0-test';
async function someKernel(): Promise<KernelImage> {
  const from = await testFolder({
    bzImage: makeBzImage(RELEASE),
    config: 'CONFIG_NVME_TCP=m\n',
    ...Object.fromEntries(
      REQUIRED_MODULES.host.map((name) => [`modules/${name}.ko`, makeModule({ release: RELEASE })]),
    ),
  });
  return await new KernelRegistry(await testFolder()).addImage('mine', {
    image: join(from, 'bzImage'),
    modules: join(from, 'modules'),
    config: join(from, 'config'),
    capabilities: ['ccr'],
  });
}

async function packed(files: [string, Uint8Array | string][]): Promise<string> {
  return join(await testFolder({ packed: await makePackedFile(files) }), 'packed');
}

async function inspect(file: string) {
  return await readPackedKernel(createReadStream(file), (await stat(file)).size);
}

const good = packedKernelFiles(RELEASE, ['ccr']);

describe('a packed kernel', () => {
  it('is the same kernel in another registry', async () => {
    const kernel = await someKernel();
    const folder = await testFolder();
    const [one, two] = [join(folder, 'one.tar.zst'), join(folder, 'two.tar.zst')];
    await packKernel(kernel, one);
    await packKernel(kernel, two);
    expect((await readFile(one)).equals(await readFile(two))).toBe(true);
    expect(await readdir(folder)).toEqual(['one.tar.zst', 'two.tar.zst']);
    expect(await inspect(one)).toMatchObject({ release: RELEASE, capabilities: ['ccr'] });
    const cache = await testFolder();
    const added = await new KernelRegistry(cache).addPacked('debian:6.1', one);
    const { contentId, version, release, roles, capabilities, sha256 } = kernel;
    expect(added).toMatchObject({
      name: 'debian:6.1',
      ...{ contentId, version, release, roles, capabilities, sha256 },
    });
    expect(await readdir(join(cache, 'tmp'))).toEqual([]);
  });

  it('is opened by tar too', async () => {
    const kernel = await someKernel();
    const folder = await testFolder();
    await packKernel(kernel, join(folder, 'k.tar.zst'));
    execFileSync('tar', ['--zstd', '-xf', 'k.tar.zst'], { cwd: folder });
    expect((await readdir(folder)).sort()).toEqual([
      'config',
      'k.tar.zst',
      'kernel.json',
      'modules',
      'vmlinuz',
    ]);
  });

  it.each<[string, [string, Uint8Array | string][], RegExp]>([
    ['a file that no kernel has', [...good, ['run.sh', '']], /it holds "run\.sh"/],
    ['a module outside of its folder', [...good, ['modules/a/b.ko', '']], /it holds/],
    ['a name with ..', [...good, ['modules/../../etc/x.ko', '']], /is not allowed/],
    ['an absolute name', [...good, ['/vmlinuz', '']], /is not allowed/],
    ['a file twice', [...good, ['vmlinuz', makeBzImage(RELEASE)]], /vmlinuz twice/],
    ['no manifest', good.slice(1), /no kernel\.json/],
    ['no image', [good[0]!, good[2]!], /no vmlinuz/],
    ['no modules', good.slice(0, 2), /no modules/],
    ['a manifest that is none', [['kernel.json', '{}'], ...good.slice(1)], /kernel\.json is not/],
    ['no bzImage', [good[0]!, ['vmlinuz', 'x'], good[2]!], /not a bzImage/],
    ['another release', [good[0]!, ['vmlinuz', makeBzImage('5.0')], good[2]!], /vmlinuz 5\.0/],
    [
      'a large manifest',
      [['kernel.json', Buffer.alloc(70_000)]],
      /70000 bytes; 65536 are the most/,
    ],
    ['a bomb', [...good, ['modules/bomb.ko', Buffer.alloc(60 * 2 ** 20)]], /unpacks to more than/],
  ])('is refused with %s', async (_, files, message) => {
    const file = await packed(files);
    await expect(inspect(file)).rejects.toThrow(message);
    const cache = await testFolder();
    await expect(new KernelRegistry(cache).addPacked('x', file)).rejects.toThrow(message);
    expect(await readdir(join(cache, 'tmp'))).toEqual([]);
  });

  it('is refused with too many entries', async () => {
    const modules = Array.from({ length: 2001 }, (_, index): [string, string] => [
      `modules/m${index}.ko`,
      '',
    ]);
    await expect(inspect(await packed([...good, ...modules]))).rejects.toThrow(
      /more than 2000 entries/,
    );
  });

  it('is refused with a link, a device or a pipe', async () => {
    const folder = await testFolder();
    await mkdir(join(folder, 'k'));
    await symlink('/etc/passwd', join(folder, 'k/vmlinuz'));
    execFileSync('tar', ['--zstd', '-cf', '../link.tar.zst', 'vmlinuz'], {
      cwd: join(folder, 'k'),
    });
    await expect(inspect(join(folder, 'link.tar.zst'))).rejects.toThrow(/a symbolic link/);
    for (const [type, words] of [
      ['1', /a hard link/],
      ['3', /a device/],
      ['4', /a device/],
      ['6', /a named pipe/],
    ] as const) {
      const header = encodeHeader({ name: 'vmlinuz', size: 0, type });
      const tar = join(folder, `${type}.tar`);
      await writeFile(tar, Buffer.concat([header, Buffer.alloc(1024 + paddingOf(0))]));
      execFileSync('zstd', ['-q', '-f', tar]);
      await expect(inspect(`${tar}.zst`)).rejects.toThrow(words);
      await rm(tar);
    }
  });

  it('is refused when it is cut, damaged, or not compressed', async () => {
    const bytes = await readFile(await packed(good));
    const folder = await testFolder({
      cut: bytes.subarray(0, bytes.length - 10),
      damaged: Buffer.concat([bytes.subarray(0, 30), Buffer.alloc(20), bytes.subarray(50)]),
      plain: 'hello',
    });
    for (const name of ['cut', 'damaged', 'plain']) {
      await expect(inspect(join(folder, name))).rejects.toThrow(/is not a packed kernel/);
    }
  });

  it('tells of a source that breaks as it is', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve((await readFile(await packed(good))).subarray(0, 20));
      throw new Error('the store is away');
    }
    await expect(readPackedKernel(breaking(), 1000)).rejects.toThrow('the store is away');
  });
});
