import { chmod, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readBzImage, unpackKernel } from './boot-kernel.js';
import type { Progress } from './cache.js';
import {
  defaultCacheDir,
  exists,
  publishFile,
  publishFolder,
  readJson,
  sha256,
  sha256File,
  withTemporaryFolder,
} from './cache.js';
import { runOrThrow } from './command.js';
import { describePackage, fetchPackages, showPackage, unpackPackage } from './debian-packages.js';
import { BUILD_RECIPE, buildSeriesModules } from './kernel-build.js';
import { findCapabilities } from './kernel-capabilities.js';
import type { LoadableModule } from './kernel-modules.js';
import { ModuleFolder } from './kernel-modules.js';
import type { KernelSeries } from './kernel-series.js';
import { shippedSeries } from './kernel-series.js';
import { checkedKernelName, kernelNamePath } from './names.js';
import { unpackKernelFile } from './packed-kernel.js';
import type { GuestRole } from './roles.js';
import { GUEST_ROLES, OPTIONAL_MODULES, REQUIRED_MODULES } from './roles.js';
import { codeOf, VmError } from './vm-error.js';

/** Name of the kernel that is fetched when none is named. */
export const DEFAULT_KERNEL = 'debian:6.1';

/** A kernel that can be booted, with what is recorded of it. */
export interface KernelImage {
  /** Name in the registry, as scenarios write it. */
  name: string;
  /** `uname -r`. */
  release: string;
  /** Version of the package, or the kernel's own version line when it came without one. */
  version: string;
  /** Path of the bzImage. */
  vmlinuz: string;
  /** What QEMU boots: the same kernel unpacked, or the bzImage where that is not possible. */
  boot: string;
  /** Folder of the modules that the roles need. */
  modulesDir: string;
  /** SHA-256 of the bzImage. */
  sha256: string;
  /** SHA-256 over bzImage, modules and config: names this kernel in caches. */
  contentId: string;
  /** Path of its build configuration, when it came with one. */
  config: string | undefined;
  /** What its modules let it be. */
  roles: GuestRole[];
  /** What it can beyond a stock kernel, such as `ccr` or `cqt`. */
  capabilities: string[];
}

/** A user's own kernel. */
export interface KernelFiles {
  /** Path of a bzImage. */
  image: string;
  /** Folder or tar file with its modules. */
  modules: string;
  /** Path of its build configuration. */
  config?: string;
  capabilities?: readonly string[];
}

/** How a registered name leads to content. */
interface NameRecord {
  schema: 'fenceline.kernel-name/v1';
  name: string;
  contentId: string;
  version: string;
  capabilities: string[];
  /** SHA-256 over base, series and the way of building, where it was built here. */
  builtFrom?: string;
}

/** A kernel that is about to be stored. */
interface KernelSource {
  image: string;
  modules: string;
  config: string | undefined;
  version: string;
  /** What it can, known or found out from the kernel before it has its name. */
  capabilities: readonly string[] | ((staged: KernelImage) => Promise<readonly string[]>);
  builtFrom?: string;
}

/** What is stored beside the content. */
interface ContentRecord {
  schema: 'fenceline.kernel/v1';
  release: string;
  sha256: string;
  unpacked: boolean;
  hasConfig: boolean;
  roles: GuestRole[];
}

const DEBIAN_NAME = /^debian:(\d+\.\d+)$/;

function hasSchema(value: unknown, schema: string): boolean {
  return (
    typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema
  );
}
const isNameRecord = (value: unknown): value is NameRecord =>
  hasSchema(value, 'fenceline.kernel-name/v1');
const isContentRecord = (value: unknown): value is ContentRecord =>
  hasSchema(value, 'fenceline.kernel/v1') && Array.isArray((value as { roles?: unknown }).roles);

/**
 * The kernels of this machine. A name leads to content that never changes: the bzImage, its
 * configuration and the modules that a guest needs, under a hash of them all.
 *
 * Any number of processes may use one cache folder at the same time.
 */
export class KernelRegistry {
  readonly #folder: string;
  readonly #cacheDir: string;

  constructor(cacheDir: string = defaultCacheDir()) {
    this.#cacheDir = cacheDir;
    this.#folder = join(cacheDir, 'kernels');
  }

  /** The kernels that are there, sorted by name. */
  async list(): Promise<KernelImage[]> {
    const names = await readdir(join(this.#folder, 'names')).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    });
    const found: KernelImage[] = [];
    for (const file of names.sort()) {
      if (!file.endsWith('.json')) continue;
      const image = await this.#lookUp(decodeURIComponent(basename(file, '.json')));
      if (image !== undefined) found.push(image);
    }
    return found;
  }

  /** Names of the kernels that can be had: those that are there, and those fetched or built when needed. */
  async names(): Promise<string[]> {
    const built = (await shippedSeries()).map(({ name }) => name);
    const present = (await this.list()).map(({ name }) => name);
    return [...new Set([DEFAULT_KERNEL, ...built, ...present])];
  }

  /**
   * The kernel of that name. `debian:X.Y` is fetched from Debian's archive when it is not there,
   * unpacked and never installed; the kernel of a series that ships is built.
   *
   * @throws VmError naming the kernels that there are when the name is unknown
   */
  async resolve(name: string, progress: Progress = () => undefined): Promise<KernelImage> {
    checkedKernelName(name);
    const shipped = (await shippedSeries()).find((one) => one.name === name);
    if (shipped !== undefined) return await this.buildSeries(name, shipped, {}, progress);
    const known = await this.#lookUp(name);
    if (known !== undefined) return known;
    const series = DEBIAN_NAME.exec(name)?.[1];
    if (series !== undefined) return await this.#fetchDebian(name, series, progress);
    throw new VmError(
      `There is no kernel ${JSON.stringify(name)}. Known: ${(await this.names()).join(', ')}. Add one: fenceline kernels add ${name} --image bzImage --modules FOLDER`,
    );
  }

  /**
   * Registers a user's own kernel build; an older one of that name is replaced.
   *
   * @throws VmError when a file is missing, is no bzImage, or the modules lack what a role needs
   */
  async addImage(
    name: string,
    files: KernelFiles,
    progress: Progress = () => undefined,
  ): Promise<KernelImage> {
    this.#checkOwnName(name);
    const image = resolve(files.image);
    await mustBeFile(image, 'kernel image');
    const given = resolve(files.modules);
    const modules = await stat(given).catch(() => undefined);
    if (modules === undefined)
      throw new VmError(`The module folder or tar file ${given} is missing.`);
    if (files.config !== undefined) await mustBeFile(resolve(files.config), 'kernel configuration');
    const config = files.config === undefined ? undefined : resolve(files.config);
    return await withTemporaryFolder(this.#cacheDir, async (temporary) => {
      let folder = given;
      if (!modules.isDirectory()) {
        folder = join(temporary, 'modules-tar');
        await mkdir(folder);
        progress(`unpacking ${given}`);
        await runOrThrow(`${given} could not be unpacked`, 'tar', [
          '--extract',
          '--no-same-owner',
          '--file',
          given,
          '--directory',
          folder,
        ]);
      }
      const { versionLine } = await readBzImage(image);
      return await this.#store(
        name,
        {
          image,
          modules: folder,
          config,
          version: versionLine,
          capabilities: files.capabilities ?? [],
        },
        temporary,
        progress,
      );
    });
  }

  /** Registers a kernel from Debian packages (`make bindeb-pkg`): image and, where apart, modules. */
  async addDebs(
    name: string,
    debs: readonly string[],
    options: { capabilities?: readonly string[] } = {},
    progress: Progress = () => undefined,
  ): Promise<KernelImage> {
    this.#checkOwnName(name);
    if (debs.length === 0) throw new VmError('No package was given: name at least one .deb file.');
    for (const deb of debs) await mustBeFile(resolve(deb), 'package');
    return await withTemporaryFolder(
      this.#cacheDir,
      async (temporary) =>
        await this.#storePackages(
          name,
          debs.map((deb) => resolve(deb)),
          options.capabilities ?? [],
          temporary,
          progress,
        ),
    );
  }

  /**
   * Registers a kernel that another registry packed, under any name: whoever gives the file says what it is.
   *
   * @throws VmError when it is no packed kernel, or holds more than one should
   */
  async addPacked(
    name: string,
    file: string,
    progress: Progress = () => undefined,
  ): Promise<KernelImage> {
    checkedKernelName(name);
    await mustBeFile(resolve(file), 'packed kernel');
    return await withTemporaryFolder(this.#cacheDir, async (temporary) => {
      progress(`unpacking ${name}`);
      const folder = join(temporary, 'packed');
      const { version, capabilities } = await unpackKernelFile(resolve(file), folder);
      const config = join(folder, 'config');
      return await this.#store(
        name,
        {
          image: join(folder, 'vmlinuz'),
          modules: join(folder, 'modules'),
          config: (await exists(config)) ? config : undefined,
          version,
          capabilities,
        },
        temporary,
        progress,
      );
    });
  }

  /**
   * Builds a base kernel's nvme and nvmet modules with a series and registers the two together; what it
   * can is found out by booting it. One that was built from the same before is given back as it is.
   *
   * @param options the base, unless it is the series' own
   * @throws VmError naming patch and hunk that do not apply, or what this machine lacks; nothing is
   *   registered then
   */
  async buildSeries(
    name: string,
    series: KernelSeries,
    options: { base?: string | undefined } = {},
    progress: Progress = () => undefined,
  ): Promise<KernelImage> {
    const baseName = options.base ?? series.base;
    if (!DEBIAN_NAME.test(baseName)) {
      throw new VmError(
        `A series is built on one of Debian's own kernels, such as ${series.base}; ${baseName} is none.`,
      );
    }
    if (!name.startsWith(`${baseName}+`)) this.#checkOwnName(name);
    checkedKernelName(name);
    const base = await this.resolve(baseName, progress);
    const builtFrom = sha256(JSON.stringify([BUILD_RECIPE, base.contentId, series.sha256]));
    const record = await readJson(this.#namePath(name), isNameRecord);
    const known = record?.builtFrom === builtFrom ? await this.#lookUp(name) : undefined;
    if (known !== undefined) return known;
    return await withTemporaryFolder(this.#cacheDir, async (temporary) => {
      const modules = await buildSeriesModules(base, series, this.#cacheDir, temporary, progress);
      return await this.#store(
        name,
        {
          image: base.vmlinuz,
          modules,
          config: base.config,
          version: `${base.version} with ${series.title}`,
          capabilities: (staged) => findCapabilities(staged, this.#cacheDir, progress),
          builtFrom,
        },
        temporary,
        progress,
      );
    });
  }

  #checkOwnName(name: string): void {
    checkedKernelName(name);
    if (name.startsWith('debian:')) {
      throw new VmError(
        `The kernel name ${name} is kept for Debian's own kernels: choose another.`,
      );
    }
  }

  #namePath(name: string): string {
    return kernelNamePath(this.#cacheDir, name);
  }

  async #lookUp(name: string): Promise<KernelImage | undefined> {
    const record = await readJson(this.#namePath(name), isNameRecord);
    if (record === undefined) return undefined;
    const place = join(this.#folder, 'content', record.contentId);
    const content = await readJson(join(place, 'kernel.json'), isContentRecord);
    if (content === undefined) return undefined;
    return kernelImage({ ...record, name }, content, place);
  }

  async #fetchDebian(name: string, series: string, progress: Progress): Promise<KernelImage> {
    const offered = await showPackage('linux-image-amd64');
    const chosen = offered.find((fields) => fields.get('Version')?.startsWith(`${series}.`));
    const wanted = /(linux-image-[a-z0-9.+-]+) \(= ([^)]+)\)/.exec(chosen?.get('Depends') ?? '');
    if (wanted === null) {
      const versions = offered.map((fields) => fields.get('Version') ?? '').join(', ');
      throw new VmError(
        offered.length === 0
          ? 'apt does not know the package linux-image-amd64. Refresh the package lists and try again: apt-get update'
          : `apt offers linux-image-amd64 in version ${versions}, none of ${series}. Add Debian's sources for it and run: apt-get update`,
      );
    }
    return await withTemporaryFolder(this.#cacheDir, async (temporary) => {
      const fetched = await fetchPackages([`${wanted[1]!}=${wanted[2]!}`], temporary, progress);
      return await this.#storePackages(
        name,
        fetched.map(({ file }) => file),
        [],
        temporary,
        progress,
      );
    });
  }

  async #storePackages(
    name: string,
    debs: readonly string[],
    capabilities: readonly string[],
    temporary: string,
    progress: Progress,
  ): Promise<KernelImage> {
    const root = join(temporary, 'root');
    for (const deb of debs) {
      progress(`unpacking ${basename(deb)}`);
      await unpackPackage(deb, root);
    }
    const boot = await readdir(join(root, 'boot')).catch(() => []);
    const images = boot.filter((file) => file.startsWith('vmlinuz-'));
    if (images.length !== 1) {
      throw new VmError(
        `The packages must hold exactly one boot/vmlinuz-…; they hold ${images.length === 0 ? 'none' : images.join(', ')}.`,
      );
    }
    const release = images[0]!.slice('vmlinuz-'.length);
    const moduleFolders = [
      join(root, 'lib/modules', release),
      join(root, 'usr/lib/modules', release),
    ];
    const there = await Promise.all(moduleFolders.map(exists));
    const modules = moduleFolders[there.indexOf(true)];
    if (modules === undefined) {
      throw new VmError(
        `The packages hold no lib/modules/${release}. Name the package with the modules too.`,
      );
    }
    const config = join(root, 'boot', `config-${release}`);
    const packages = await Promise.all(debs.map(describePackage));
    return await this.#store(
      name,
      {
        image: join(root, 'boot', images[0]!),
        modules,
        config: (await exists(config)) ? config : undefined,
        version: [...new Set(packages.map(({ version }) => version))].join(' '),
        capabilities,
      },
      temporary,
      progress,
    );
  }

  /** Puts a kernel's files under their hash and lets the name lead there. */
  async #store(
    name: string,
    source: KernelSource,
    temporary: string,
    progress: Progress,
  ): Promise<KernelImage> {
    progress(`storing kernel ${name}`);
    const image = await readBzImage(source.image);
    const folder = await ModuleFolder.open(source.modules);
    const { roles, modules } = await modulesForRoles(folder, source.modules);
    const stranger = modules.find(
      ({ kernelRelease }) => kernelRelease !== '' && kernelRelease !== image.release,
    );
    if (stranger !== undefined) {
      throw new VmError(
        `The modules in ${source.modules} are of kernel ${stranger.kernelRelease} (${stranger.name}), the image is ${image.release}. Give the modules of the same build.`,
      );
    }
    const staged = join(temporary, 'kernel');
    await mkdir(join(staged, 'modules'), { recursive: true });
    await copyFile(source.image, join(staged, 'vmlinuz'));
    if (source.config !== undefined) await copyFile(source.config, join(staged, 'config'));
    const unpacked = await unpackKernel(image);
    if (unpacked !== undefined) await writeFile(join(staged, 'vmlinux'), unpacked);
    for (const module of modules) {
      await writeFile(join(staged, 'modules', `${module.name}.ko`), module.content);
    }
    // What the kernel itself holds: the guest image must not ask for it.
    const builtIn = folder.builtIn.map((module) => `${module}.ko\n`).join('');
    await writeFile(join(staged, 'modules', 'modules.builtin'), builtIn);

    for (const file of ['vmlinuz', ...(unpacked === undefined ? [] : ['vmlinux'])]) {
      // Whatever the umask is: QEMU reads it as a user of its own.
      await chmod(join(staged, file), 0o644);
    }

    const hash = await sha256File(source.image);
    const contentId = sha256(
      JSON.stringify([
        'fenceline.kernel/v1',
        hash,
        roles,
        unpacked !== undefined,
        source.config === undefined ? null : await sha256File(source.config),
        modules.map((module) => [module.name, sha256(module.content)]),
        sha256(builtIn),
      ]),
    );
    const content: ContentRecord = {
      schema: 'fenceline.kernel/v1',
      release: image.release,
      sha256: hash,
      unpacked: unpacked !== undefined,
      hasConfig: source.config !== undefined,
      roles,
    };
    await writeFile(join(staged, 'kernel.json'), `${JSON.stringify(content, undefined, 2)}\n`);
    const { version, builtFrom } = source;
    const capabilities =
      typeof source.capabilities === 'function'
        ? await source.capabilities(
            kernelImage({ name, contentId, version, capabilities: [] }, content, staged),
          )
        : source.capabilities;
    await publishFolder(staged, join(this.#folder, 'content', contentId));
    const record: NameRecord = {
      schema: 'fenceline.kernel-name/v1',
      name,
      contentId,
      version,
      capabilities: [...capabilities],
      ...(builtFrom === undefined ? {} : { builtFrom }),
    };
    await publishFile(this.#namePath(name), `${JSON.stringify(record, undefined, 2)}\n`);
    const stored = await this.#lookUp(name);
    if (stored === undefined)
      throw new VmError(`The kernel ${name} vanished from ${this.#folder} while it was stored.`);
    return stored;
  }
}

/** A kernel by its two records and the folder that its content lies in. */
function kernelImage(
  record: Omit<NameRecord, 'schema'>,
  content: ContentRecord,
  place: string,
): KernelImage {
  return {
    name: record.name,
    release: content.release,
    version: record.version,
    vmlinuz: join(place, 'vmlinuz'),
    boot: join(place, content.unpacked ? 'vmlinux' : 'vmlinuz'),
    modulesDir: join(place, 'modules'),
    sha256: content.sha256,
    contentId: record.contentId,
    config: content.hasConfig ? join(place, 'config') : undefined,
    roles: content.roles,
    capabilities: record.capabilities,
  };
}

async function mustBeFile(path: string, what: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new VmError(`The ${what} ${path} is missing.`);
  if (!found.isFile()) throw new VmError(`The ${what} ${path} is not a file.`);
}

/** The modules that at least one role needs, and the roles that all of theirs are there for. */
async function modulesForRoles(
  folder: ModuleFolder,
  path: string,
): Promise<{ roles: GuestRole[]; modules: LoadableModule[] }> {
  const roles: GuestRole[] = [];
  const modules = new Map<string, LoadableModule>();
  const lacks: string[] = [];
  for (const role of GUEST_ROLES) {
    const { order, missing } = await folder.loadOrder(REQUIRED_MODULES[role], OPTIONAL_MODULES);
    if (missing.length === 0) {
      roles.push(role);
      for (const module of order) modules.set(module.name, module);
    } else lacks.push(`for ${role} it lacks ${missing.join(', ')}`);
  }
  if (roles.length === 0) {
    throw new VmError(
      `The module folder ${path} serves no role: ${lacks.join('; ')}; and no modules.builtin there says that the kernel itself holds them. Build them as modules (make modules_install), or add the folder's modules.builtin.`,
    );
  }
  return { roles, modules: [...modules.values()] };
}
