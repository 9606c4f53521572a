import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runOrThrow } from './command.js';
import { isElf64, section } from './elf.js';
import { codeOf, VmError } from './vm-error.js';

/** What a module says about itself in its `.modinfo` section. */
export interface ModuleInfo {
  /** Names of the modules that must be loaded before, underscores for hyphens. */
  depends: string[];
  /** Modules that should be loaded before where they exist (`softdep=pre: …`). */
  softBefore: string[];
  /** Release of the kernel that it was built for; empty when it does not say. */
  kernelRelease: string;
}

/** A module's canonical name: that of its file, without suffixes, underscores for hyphens. */
export function moduleName(file: string): string {
  return file
    .replace(/^.*\//, '')
    .replace(/\.ko(\.(xz|zst|gz))?$/, '')
    .replaceAll('-', '_');
}

/** Reads the `.modinfo` section of an uncompressed module. */
export function moduleInfo(bytes: Uint8Array): ModuleInfo {
  const info: ModuleInfo = { depends: [], softBefore: [], kernelRelease: '' };
  const content = isElf64(bytes) ? section(bytes, '.modinfo') : undefined;
  if (content === undefined) return info;
  for (const pair of Buffer.from(content).toString('utf8').split('\0')) {
    const cut = pair.indexOf('=');
    const value = pair.slice(cut + 1);
    switch (pair.slice(0, cut)) {
      case 'depends':
        info.depends.push(...value.split(',').filter(Boolean).map(moduleName));
        break;
      case 'softdep': {
        const before = /pre:\s*([^:]*?)(?:\s+post:|$)/.exec(value)?.[1] ?? '';
        info.softBefore.push(...before.split(/\s+/).filter(Boolean).map(moduleName));
        break;
      }
      case 'vermagic':
        info.kernelRelease = value.split(' ')[0] ?? '';
        break;
      default:
        break;
    }
  }
  return info;
}

/** Reads a module, unpacking it where it is compressed. */
async function readModule(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file);
  if (file.endsWith('.gz')) return gunzipSync(bytes);
  if (file.endsWith('.xz')) return (await runOrThrow(file, 'xz', ['-dc'], { input: bytes })).stdout;
  if (file.endsWith('.zst')) {
    return (await runOrThrow(file, 'zstd', ['-dc'], { input: bytes })).stdout;
  }
  return bytes;
}

/** A module as it will be loaded. */
export interface LoadableModule extends ModuleInfo {
  name: string;
  content: Uint8Array;
}

/**
 * A folder of kernel modules, found by name wherever they lie below it. Dependencies come from the
 * modules themselves, so neither depmod nor its index is needed.
 */
export class ModuleFolder {
  readonly #folder: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #builtIn: ReadonlySet<string>;

  private constructor(
    folder: string,
    files: ReadonlyMap<string, string>,
    builtIn: ReadonlySet<string>,
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#builtIn = builtIn;
  }

  /** Lists a folder and what `modules.builtin`, where there is one, says the kernel itself holds. */
  static async open(folder: string): Promise<ModuleFolder> {
    const files = new Map<string, string>();
    const builtIn = new Set<string>();
    let names: string[];
    try {
      names = await readdir(folder, { recursive: true });
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw new VmError(`The module folder ${folder} is missing.`);
      if (codeOf(error) === 'ENOTDIR') throw new VmError(`${folder} is not a folder of modules.`);
      throw error;
    }
    for (const file of names.sort()) {
      if (/\.ko(\.(xz|zst|gz))?$/.test(file)) {
        if (!files.has(moduleName(file))) files.set(moduleName(file), file);
      } else if (file === 'modules.builtin' || file.endsWith('/modules.builtin')) {
        const list = await readFile(join(folder, file), 'utf8');
        for (const line of list.split('\n').filter(Boolean)) builtIn.add(moduleName(line));
      }
    }
    return new ModuleFolder(folder, files, builtIn);
  }

  /** Names of the modules that the kernel itself holds, sorted. */
  get builtIn(): string[] {
    return [...this.#builtIn].sort();
  }

  /**
   * The wanted modules and all that they depend on, each after what it needs.
   *
   * @param required must be there, as a module or in the kernel
   * @param optional taken where they exist
   * @returns the order, and the required ones that are missing, with who needs them
   */
  async loadOrder(
    required: readonly string[],
    optional: readonly string[] = [],
  ): Promise<{ order: LoadableModule[]; missing: string[] }> {
    const order: LoadableModule[] = [];
    const visited = new Set<string>();
    const missing: string[] = [];
    const visit = async (name: string, neededBy: string | undefined): Promise<void> => {
      if (visited.has(name)) return;
      visited.add(name);
      const file = this.#files.get(name);
      if (file === undefined) {
        if (this.#builtIn.has(name)) return;
        missing.push(neededBy === undefined ? name : `${name} (needed by ${neededBy})`);
        return;
      }
      const content = await readModule(join(this.#folder, file));
      const info = moduleInfo(content);
      for (const soft of info.softBefore) {
        if (this.#files.has(soft)) await visit(soft, name);
      }
      for (const before of info.depends) await visit(before, name);
      order.push({ name, content, ...info });
    };
    for (const name of optional) {
      if (this.#files.has(moduleName(name))) await visit(moduleName(name), undefined);
    }
    for (const name of required) await visit(moduleName(name), undefined);
    return { order, missing };
  }
}
