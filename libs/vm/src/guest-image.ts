import type { ImageRole } from '@fenceline/contracts';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from './cache.js';
import {
  defaultCacheDir,
  publishFile,
  readJson,
  sha256,
  sha256File,
  withTemporaryFolder,
} from './cache.js';
import type { CpioEntry } from './cpio.js';
import { writeCpio } from './cpio.js';
import type { DebianPackage } from './debian-packages.js';
import { dataFiles, elfClosure } from './elf-closure.js';
import { guestPackages } from './guest-packages.js';
import { ModuleFolder } from './kernel-modules.js';
import type { KernelImage } from './kernel-registry.js';
import type { GuestRole } from './roles.js';
import { OPTIONAL_MODULES, PACKAGE_SETS, REQUIRED_MODULES, ROLE_PROGRAMS } from './roles.js';
import { VmError } from './vm-error.js';

/** The first file system of a guest. */
export interface GuestImage {
  /** Path of the cpio archive. It is not compressed: the guest would spend more on unpacking it than QEMU on loading it. */
  path: string;
  sha256: string;
  /** Bytes. */
  size: number;
  /** Whether it was there already. */
  cached: boolean;
  /** The Debian packages that its programs and libraries came from. */
  packages: DebianPackage[];
}

interface ImageRecord {
  schema: 'fenceline.guest-image/v1';
  sha256: string;
  size: number;
}

const isImageRecord = (value: unknown): value is ImageRecord =>
  typeof value === 'object' &&
  value !== null &&
  'schema' in value &&
  value.schema === 'fenceline.guest-image/v1';

/** Raised when the layout of an image changes, so that older ones in a cache are not taken for it. */
const LAYOUT = 1;

const INIT = fileURLToPath(new URL('../../../guest/init', import.meta.url));

const OUR_PROGRAMS = new URL('../../../guest/dist/', import.meta.url);

/** Folders where the guest's init mounts file systems. */
const MOUNT_POINTS = ['dev', 'proc', 'run', 'sys', 'tmp'];

/** Links that make the guest's /usr the home of all programs and libraries, as in Debian. */
const USR_LINKS: readonly CpioEntry[] = ['bin', 'sbin', 'lib', 'lib64'].map((name) => ({
  type: 'symlink',
  path: name,
  mode: 0o777,
  target: `usr/${name}`,
}));

/**
 * Builds the guest image of a role for a kernel, or takes it from the cache. The same kernel,
 * packages, init and programs give the same bytes.
 *
 * @throws VmError when a package cannot be fetched, or the kernel lacks a module that the role needs
 */
export async function buildGuestImage(options: {
  /** What the guest is to be; several for one that is all of them. */
  role: ImageRole | readonly GuestRole[];
  kernel: KernelImage;
  cacheDir?: string;
  progress?: Progress;
}): Promise<GuestImage> {
  const { kernel } = options;
  const roles = [options.role].flat();
  const role = roles.join('+');
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const progress = options.progress ?? (() => undefined);
  for (const one of roles) await mustServe(kernel, one);
  // Several roles in one guest are those that a kernel plays: they share a set.
  const set = PACKAGE_SETS[roles[0]!];
  const { root, contentId, packages } = await guestPackages(
    PACKAGE_SETS[roles[0]!],
    cacheDir,
    progress,
  );
  const { init, ours, parts: ownParts } = await ownFiles(roles);
  const parts = [contentId, ...ownParts];
  const key = sha256(JSON.stringify([LAYOUT, role, kernel.contentId, ...parts]));
  const path = join(cacheDir, 'images', `${role}-${key.slice(0, 32)}.cpio`);
  const recordPath = `${path}.json`;

  const known = await readJson(recordPath, isImageRecord);
  if (known !== undefined && (await stat(path).catch(() => undefined))?.size === known.size) {
    return { path, sha256: known.sha256, size: known.size, cached: true, packages };
  }
  progress(`building the guest image of the ${role} for ${kernel.name}`);
  const folder = await ModuleFolder.open(kernel.modulesDir);
  const { order: modules } = await folder.loadOrder(
    roles.flatMap((one) => REQUIRED_MODULES[one]),
    OPTIONAL_MODULES,
  );
  const programs = await elfClosure(root, [...new Set(roles.flatMap((one) => ROLE_PROGRAMS[one]))]);
  const data = await dataFiles(root, set.data);
  const entries: CpioEntry[] = [
    ...USR_LINKS,
    ...MOUNT_POINTS.map((name): CpioEntry => ({ type: 'directory', path: name, mode: 0o755 })),
    ...['usr/bin', 'usr/sbin'].map((name): CpioEntry => ({
      type: 'directory',
      path: name,
      mode: 0o755,
    })),
    { type: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    { type: 'file', path: 'init', mode: 0o755, content: init },
    { type: 'file', path: 'etc/fenceline/role', mode: 0o644, content: Buffer.from(`${role}\n`) },
    {
      type: 'file',
      path: 'etc/fenceline/modules',
      mode: 0o644,
      content: Buffer.from(modules.map(({ name }) => `${name}\n`).join('')),
    },
    ...modules.map(({ name, content }): CpioEntry => ({
      type: 'file',
      path: `usr/lib/modules/${name}.ko`,
      mode: 0o644,
      content,
    })),
    ...ours.map(({ name, content }): CpioEntry => ({
      type: 'file',
      path: `usr/lib/fenceline/${name}`,
      mode: 0o644,
      content,
    })),
    ...[...programs, ...data].map((file): CpioEntry => ({
      type: 'file',
      path: file.path.slice(1),
      mode: 0o755,
      content: file.content,
    })),
  ];
  return await withTemporaryFolder(cacheDir, async (temporary) => {
    const staged = join(temporary, 'image.cpio');
    const file = await open(staged, 'w', 0o644);
    try {
      await writeCpio(file, entries);
      // Whatever the umask is: QEMU reads it as a user of its own.
      await file.chmod(0o644);
    } finally {
      await file.close();
    }
    const hash = await sha256File(staged);
    const { size } = await stat(staged);
    await mkdir(dirname(path), { recursive: true });
    await rename(staged, path);
    const record: ImageRecord = { schema: 'fenceline.guest-image/v1', sha256: hash, size };
    await publishFile(recordPath, `${JSON.stringify(record)}\n`);
    return { path, sha256: hash, size, cached: false, packages };
  });
}

/**
 * SHA-256 over what this version of Fenceline makes an image of, beside kernel and packages: its layout, our own files, and
 * which packages, programs and modules go in. An image of another recipe may not fit this version's labs.
 *
 * @throws VmError when our programs have not been built
 */
export async function imageRecipe(role: ImageRole): Promise<string> {
  const { parts } = await ownFiles([role]);
  const chosen = [
    PACKAGE_SETS[role],
    ROLE_PROGRAMS[role],
    REQUIRED_MODULES[role],
    OPTIONAL_MODULES,
  ];
  return sha256(JSON.stringify([LAYOUT, role, ...parts, chosen]));
}

/** What the repository itself puts into an image, and the hash of each. */
async function ownFiles(roles: readonly ImageRole[]) {
  const init = await readFile(INIT);
  const ours = roles.includes('reference') ? await readOurPrograms() : [];
  return { init, ours, parts: [sha256(init), ...ours.map(({ content }) => sha256(content))] };
}

/** The programs of guest/, each one file that the build has made. */
async function readOurPrograms(): Promise<{ name: string; content: Uint8Array }[]> {
  const names = ['reference-host.cjs', 'reference-node.cjs'];
  return await Promise.all(
    names.map(async (name) => {
      const file = fileURLToPath(new URL(name, OUR_PROGRAMS));
      const content = await readFile(file).catch(() => undefined);
      if (content === undefined)
        throw new VmError(`The guest program ${file} is missing. Run: npm run build`);
      return { name, content };
    }),
  );
}

async function mustServe(kernel: KernelImage, role: ImageRole): Promise<void> {
  // A kernel that can be anything drives every guest's devices.
  if (role === 'reference' || kernel.roles.includes(role)) return;
  const folder = await ModuleFolder.open(kernel.modulesDir);
  const { missing } = await folder.loadOrder(REQUIRED_MODULES[role]);
  throw new VmError(
    `The kernel ${kernel.name} cannot be ${role === 'host' ? 'a host' : 'an array node'}: its modules lack ${missing.join(', ')}. Build them and add the kernel again.`,
  );
}
