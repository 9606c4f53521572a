import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeBzImage } from './bzimage.testing.js';
import { makeElf, makeModule } from './elf.testing.js';
import { testFolder } from './folder.testing.js';
import { buildGuestImage } from './guest-image.js';
import { kernelFolder, RELEASE } from './kernel-folder.testing.js';
import { KernelRegistry } from './kernel-registry.js';
import { REQUIRED_MODULES } from './roles.js';

describe('the registry of kernels', () => {
  it("takes a user's build and finds it again by name", async () => {
    const cache = await testFolder();
    const from = await kernelFolder(['host', 'array-node']);
    const registry = new KernelRegistry(cache);
    expect(await registry.list()).toEqual([]);
    const added = await registry.addImage('mine', {
      image: join(from, 'bzImage'),
      modules: join(from, 'modules'),
      config: join(from, 'config'),
      capabilities: ['ccr'],
    });
    expect(added).toMatchObject({
      name: 'mine',
      release: RELEASE,
      version: `${RELEASE} (someone@somewhere) #1 SMP`,
      roles: ['host', 'array-node'],
      capabilities: ['ccr'],
    });
    expect(await readFile(added.boot)).toEqual(makeElf({ pvh: true }));
    expect(await readdir(added.modulesDir)).not.toContain('unwanted.ko');
    await rm(from, { recursive: true });
    const again = new KernelRegistry(cache);
    expect(await again.list()).toEqual([added]);
    expect(await again.resolve('mine')).toEqual(added);
    expect(await readdir(join(cache, 'tmp'))).toEqual([]);
  });

  it('keeps one content for the same files, also when two add them at once', async () => {
    const cache = await testFolder();
    const from = await kernelFolder(['host']);
    const files = { image: join(from, 'bzImage'), modules: join(from, 'modules') };
    const added = await Promise.all(
      ['a', 'b', 'a'].map((name) => new KernelRegistry(cache).addImage(name, files)),
    );
    expect(new Set(added.map(({ contentId }) => contentId)).size).toBe(1);
    expect(await readdir(join(cache, 'kernels', 'content'))).toHaveLength(1);
    expect((await new KernelRegistry(cache).list()).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('takes modules from a tar file, and a kernel that serves one role only', async () => {
    const cache = await testFolder();
    const from = await kernelFolder(['array-node']);
    const tar = join(from, 'modules.tar.gz');
    execFileSync('tar', ['-czf', tar, '-C', join(from, 'modules'), '.']);
    const kernel = await new KernelRegistry(cache).addImage('node-only', {
      image: join(from, 'bzImage'),
      modules: tar,
    });
    expect(kernel.roles).toEqual(['array-node']);
  });

  it('replaces what a name led to', async () => {
    const cache = await testFolder();
    const registry = new KernelRegistry(cache);
    const one = await kernelFolder(['host']);
    const two = await kernelFolder(['host', 'array-node']);
    for (const from of [one, two]) {
      await registry.addImage('mine', {
        image: join(from, 'bzImage'),
        modules: join(from, 'modules'),
      });
    }
    expect((await registry.resolve('mine')).roles).toEqual(['host', 'array-node']);
  });

  it('takes a Debian package', async () => {
    const folder = await testFolder();
    const root = join(folder, 'root');
    await mkdir(join(root, 'boot'), { recursive: true });
    await mkdir(join(root, 'DEBIAN'));
    await writeFile(
      join(root, 'DEBIAN/control'),
      'Package: linux-image-test\nVersion: 6.1.9-1\nArchitecture: amd64\nMaintainer: a <a@b>\nDescription: x\n',
    );
    await writeFile(join(root, `boot/vmlinuz-${RELEASE}`), makeBzImage(RELEASE));
    await writeFile(join(root, `boot/config-${RELEASE}`), 'CONFIG_X=y\n');
    const modules = join(root, 'lib/modules', RELEASE);
    await mkdir(modules, { recursive: true });
    for (const name of REQUIRED_MODULES.host) {
      await writeFile(join(modules, `${name}.ko`), makeModule({}));
    }
    const deb = join(folder, 'k.deb');
    execFileSync('dpkg-deb', ['--root-owner-group', '-b', root, deb], { stdio: 'ignore' });
    const kernel = await new KernelRegistry(await testFolder()).addDebs('deb', [deb]);
    expect(kernel).toMatchObject({ version: '6.1.9-1', release: RELEASE, roles: ['host'] });
    expect(await readFile(kernel.config!, 'utf8')).toBe('CONFIG_X=y\n');
  });

  it('says what is wrong with what it was given', async () => {
    const registry = new KernelRegistry(await testFolder());
    const from = await kernelFolder(['host']);
    const image = join(from, 'bzImage');
    const modules = join(from, 'modules');
    const empty = await testFolder();
    const other = await kernelFolder(['host'], '5.0.0');
    const cases: [() => Promise<unknown>, RegExp][] = [
      [
        () => registry.resolve('mine'),
        /no kernel "mine"\. Known: debian:6\.1, debian:6\.1\+ccr\. Add one: fenceline kernels add mine/,
      ],
      [() => registry.resolve('a/b'), /is not valid/],
      [() => registry.addImage('debian:6.1', { image, modules }), /kept for Debian's own/],
      [
        () => registry.addImage('x', { image: '/no/such', modules }),
        /kernel image \/no\/such is missing/,
      ],
      [() => registry.addImage('x', { image: from, modules }), /is not a file/],
      [
        () => registry.addImage('x', { image, modules: '/no/such' }),
        /module folder or tar file \/no\/such is missing/,
      ],
      [
        () => registry.addImage('x', { image: join(from, 'config'), modules }),
        /config is not a bzImage/,
      ],
      [
        () => registry.addImage('x', { image, modules: join(from, 'config') }),
        /config could not be unpacked: tar failed/,
      ],
      [
        () => registry.addImage('x', { image, modules: empty }),
        /serves no role: for host it lacks virtio_pci, .*nvme_tcp; for array-node it lacks .*make modules_install/,
      ],
      [
        () =>
          registry.addImage('x', {
            image,
            modules: join(other, 'modules'),
          }),
        /are of kernel 5\.0\.0 \(virtio_pci\), the image is 6\.1\.0-test/,
      ],
      [() => registry.addDebs('x', []), /No package was given/],
      [() => registry.addDebs('x', ['/no/such.deb']), /package \/no\/such\.deb is missing/],
      [() => registry.addDebs('x', [image]), /could not be unpacked: dpkg-deb failed/],
    ];
    for (const [adding, message] of cases) await expect(adding()).rejects.toThrow(message);
    expect(await registry.list()).toEqual([]);
  });
});

describe('a kernel with a patch series', () => {
  const series = {
    title: 'one',
    folder: '/kernel/one',
    name: 'debian:6.1+one',
    base: 'debian:6.1',
    patches: [],
    sha256: 'a',
  };

  it.each([
    ['debian:6.1', undefined, /kept for Debian's own kernels/],
    ['debian:6.12+one', undefined, /kept for Debian's own kernels/],
    ['debian:6.1+a/b', undefined, /is not valid/],
    ['mine+one', 'mine', /on one of Debian's own kernels, such as debian:6\.1; mine is none/],
  ])('is refused the name %s on the base %s', async (name, base, message) => {
    const registry = new KernelRegistry(await testFolder());
    await expect(registry.buildSeries(name, series, { base })).rejects.toThrow(message);
    expect(await registry.list()).toEqual([]);
  });

  it('can be had under the name that its series gives it, whether it is there or not', async () => {
    const names = await new KernelRegistry(await testFolder()).names();
    expect(names).toEqual(['debian:6.1', 'debian:6.1+ccr']);
  });
});

describe('the image of a guest', () => {
  it('is refused for a kernel that lacks what its role needs', async () => {
    const cache = await testFolder();
    const from = await kernelFolder(['host']);
    const kernel = await new KernelRegistry(cache).addImage('host-only', {
      image: join(from, 'bzImage'),
      modules: join(from, 'modules'),
    });
    await expect(buildGuestImage({ role: 'array-node', kernel, cacheDir: cache })).rejects.toThrow(
      /host-only cannot be an array node: its modules lack configfs, nvmet, nvmet_tcp/,
    );
  });
});
