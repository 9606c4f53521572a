import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from './cache.js';
import { exists, publishFolder, readJson, sha256, withTemporaryFolder } from './cache.js';
import { runOrThrow } from './command.js';
import { fetchPackages, showPackage, unpackPackage } from './debian-packages.js';
import type { KernelImage } from './kernel-registry.js';
import { kernelNamePath } from './names.js';
import { VmError } from './vm-error.js';

/** What modules of a Debian kernel are built from. */
export interface KernelSources {
  /** Folder with `drivers/nvme` and `include/linux/nvme.h` as Debian ships them. */
  tree: string;
  /** Folder of the kernel's headers and build files, for `make -C`. */
  headers: string;
  /** The compiler that built the kernel, e.g. `gcc-12`; its Debian package has the same name. */
  compiler: string;
}

interface SourcesRecord {
  schema: 'fenceline.kernel-sources/v1';
  headers: string;
  compiler: string;
}

const isSourcesRecord = (value: unknown): value is SourcesRecord =>
  typeof value === 'object' &&
  value !== null &&
  'schema' in value &&
  value.schema === 'fenceline.kernel-sources/v1';

/** The part of the kernel's source that a series may change. */
const WANTED = ['drivers/nvme', 'include/linux/nvme.h'];

/**
 * The source and the headers of a kernel that came from Debian, fetched and unpacked once and kept;
 * nothing is installed.
 *
 * @throws VmError with the command that mends it when apt no longer has them in the kernel's version
 */
export async function kernelSources(
  base: KernelImage,
  cacheDir: string,
  progress: Progress,
): Promise<KernelSources> {
  const { release, version } = base;
  const key = sha256(JSON.stringify([release, version, WANTED])).slice(0, 16);
  const place = join(cacheDir, 'kernel-sources', `${release}-${key}`);
  const marker = 'sources.json';
  const known = await readJson(join(place, marker), isSourcesRecord);
  const found = ({ headers, compiler }: SourcesRecord): KernelSources => ({
    tree: join(place, 'tree'),
    headers: join(place, headers),
    compiler,
  });
  if (known !== undefined) return found(known);
  return await withTemporaryFolder(cacheDir, async (temporary) => {
    const { packages, compiler } = await packagesOf(base, cacheDir);
    const fetched = await fetchPackages(packages, temporary, progress);
    const staged = join(temporary, 'staged');
    const headers = join('usr/src', `linux-headers-${release}`);
    for (const { name, file } of fetched) {
      progress(`unpacking ${name}`);
      if (name.startsWith('linux-source-')) {
        await unpackTree(file, temporary, join(staged, 'tree'));
        await rm(file);
      } else await unpackPackage(file, staged);
    }
    await makeRelocatable(join(staged, headers));
    const record: SourcesRecord = { schema: 'fenceline.kernel-sources/v1', headers, compiler };
    await writeFile(join(staged, marker), `${JSON.stringify(record, undefined, 2)}\n`);
    await publishFolder(staged, place);
    return found(record);
  });
}

/** The packages of source and headers in the kernel's own version. */
async function packagesOf(
  base: KernelImage,
  cacheDir: string,
): Promise<{ packages: string[]; compiler: string }> {
  const { release, version } = base;
  const series = release.split('.').slice(0, 2).join('.');
  const headers = `linux-headers-${release}`;
  const offered = (await showPackage(headers)).find((one) => one.get('Version') === version);
  const depends = offered?.get('Depends') ?? '';
  const compiler = /linux-compiler-(gcc-\d+)-/.exec(depends)?.[1];
  const common = /(linux-headers-[a-z0-9.+-]+-common)/.exec(depends)?.[1];
  if (offered === undefined || compiler === undefined || common === undefined) {
    throw new VmError(
      `apt does not offer ${headers} in version ${version}, of which ${base.name} is. ` +
        'Refresh the package lists and try again: apt-get update. ' +
        `If ${base.name} is older than what apt offers now, have it fetched anew: rm ${kernelNamePath(cacheDir, base.name)}`,
    );
  }
  const names = [headers, common, `linux-kbuild-${series}`, `linux-source-${series}`];
  return { packages: names.map((name) => `${name}=${version}`), compiler };
}

/** Takes what is wanted out of the tar file within a source package. */
async function unpackTree(deb: string, temporary: string, tree: string): Promise<void> {
  const root = join(temporary, 'source');
  await unpackPackage(deb, root);
  const folder = join(root, 'usr/src');
  const tar = (await readdir(folder)).find((file) => /^linux-source-.*\.tar\.xz$/.test(file));
  if (tar === undefined) throw new VmError(`${deb} holds no usr/src/linux-source-….tar.xz.`);
  const top = tar.slice(0, -'.tar.xz'.length);
  await mkdir(tree, { recursive: true });
  await runOrThrow(`${tar} could not be unpacked`, 'tar', [
    '--extract',
    '--no-same-owner',
    '--strip-components=1',
    `--file=${join(folder, tar)}`,
    `--directory=${tree}`,
    ...WANTED.map((path) => `${top}/${path}`),
  ]);
  await rm(root, { recursive: true });
}

/** The headers' Makefile names its neighbour by an absolute path; ours lie elsewhere. */
async function makeRelocatable(headers: string): Promise<void> {
  const makefile = join(headers, 'Makefile');
  if (!(await exists(makefile))) throw new VmError(`The headers package has no ${makefile}.`);
  const text = await readFile(makefile, 'utf8');
  await writeFile(makefile, text.replaceAll('/usr/src/', '../'));
}
