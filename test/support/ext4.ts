import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import {
  defaultCacheDir,
  guestPackages,
  ModuleFolder,
  type KernelImage,
  type Vm,
} from '@fenceline/vm';

const programs = ['/usr/sbin/mke2fs', '/usr/sbin/e2fsck'];

/**
 * Gives a running guest what it lacks for ext4: mke2fs and e2fsck with their libraries, and its kernel's module. No
 * guest image has them, as nothing else needs a file system.
 */
export async function bringExt4(vm: Vm, kernel: KernelImage): Promise<void> {
  const set = { packages: ['e2fsprogs'], programs, data: [] };
  const { root } = await guestPackages(set, defaultCacheDir(), () => undefined);
  const bring = async (path: string, content: Uint8Array, mode: string): Promise<void> => {
    // What is there already may be in use.
    const there = await vm.agent.exec(['test', '-e', path]);
    if (there.exitCode === 0) return;
    await vm.agent.run(['mkdir', '-p', dirname(path)]);
    await vm.agent.writeFile(path, content);
    await vm.agent.run(['chmod', mode, path]);
  };
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const source = join(entry.parentPath, entry.name);
    await bring(`/${relative(root, source)}`, await readFile(source), '755');
  }
  const folder = await ModuleFolder.open(kernel.modulesDir);
  const { order } = await folder.loadOrder(['ext4'], ['crc32c_generic']);
  for (const { name, content } of order) {
    const path = `/usr/lib/modules/${name}.ko`;
    await bring(path, content, '644');
    await vm.agent.run(['sh', '-c', `[ -d /sys/module/${name} ] || insmod ${path}`]);
  }
}
