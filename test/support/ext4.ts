import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { defaultCacheDir, guestPackages, type KernelImage, type Vm } from '@fenceline/vm';

const programs = ['/usr/sbin/mke2fs', '/usr/sbin/e2fsck'];

/** Each after what it depends on, in the folder of a kernel's modules. */
const modules = ['lib/crc16.ko', 'fs/mbcache.ko', 'fs/jbd2/jbd2.ko', 'fs/ext4/ext4.ko'];

/**
 * Gives a running guest with a kernel of Debian's what it lacks for ext4: mke2fs and e2fsck with their libraries, and
 * the kernel's modules. No guest image has them, as nothing else needs a file system.
 */
export async function bringExt4(vm: Vm, { release }: KernelImage): Promise<void> {
  const moduleFiles = modules.map((name) => `/usr/lib/modules/${release}/kernel/${name}`);
  const packages = ['e2fsprogs', `linux-image-${release}`];
  const set = { packages, programs, data: moduleFiles };
  const { root } = await guestPackages(set, defaultCacheDir(), () => undefined);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const source = join(entry.parentPath, entry.name);
    await bring(vm, `/${relative(root, source)}`, await readFile(source));
  }
  for (const file of moduleFiles) await vm.agent.run(['insmod', file]);
}

/** Writes a program or library; what is there already may be in use. */
async function bring(vm: Vm, path: string, content: Uint8Array): Promise<void> {
  const there = await vm.agent.exec(['test', '-e', path]);
  if (there.exitCode === 0) return;
  await vm.agent.run(['mkdir', '-p', dirname(path)]);
  await vm.agent.writeFile(path, content);
  await vm.agent.run(['chmod', '755', path]);
}
