import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { resolveBelow } from './below-root.js';
import { dynamicNeeds, isElf64 } from './elf.js';
import { VmError } from './vm-error.js';

/** A file that a program needs at run time. */
export interface ClosureFile {
  /** Absolute path in the guest, with /usr in front (`/usr/lib/…`, never `/lib/…`). */
  path: string;
  content: Uint8Array;
  /** Real path of the file that it was read from. */
  source: string;
}

const LIBRARY_FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib'];

/** The merged-/usr form of an absolute path: Debian's packages still carry /lib and /bin. */
export function mergedUsr(path: string): string {
  return /^\/(bin|sbin|lib|lib64)\//.test(path) ? `/usr${path}` : path;
}

/**
 * Reads an absolute path below `root`, where packages may have put it with or without /usr in
 * front; undefined when there is no such file.
 */
async function readBelow(root: string, path: string): Promise<ClosureFile | undefined> {
  const merged = mergedUsr(path);
  const source =
    (await resolveBelow(root, merged)) ?? (await resolveBelow(root, merged.replace(/^\/usr/, '')));
  if (source === undefined) return undefined;
  return { path: merged, content: await readFile(source), source };
}

/** Files as they are. @throws VmError naming the first that is missing */
export async function dataFiles(root: string, paths: readonly string[]): Promise<ClosureFile[]> {
  return await Promise.all(
    paths.map(async (path) => {
      const file = await readBelow(root, path);
      if (file === undefined) throw new VmError(`The packages do not hold ${path}.`);
      return file;
    }),
  );
}

/**
 * The given programs and every library that they link, directly or not, with the dynamic linker:
 * what `ldd` would list, found without running anything.
 *
 * @param root folder of unpacked packages
 * @param programs absolute paths below it
 * @throws VmError naming a file that is missing and who asked for it
 */
export async function elfClosure(
  root: string,
  programs: readonly string[],
): Promise<ClosureFile[]> {
  const found = new Map<string, ClosureFile>();
  const waiting: ClosureFile[] = [];
  const take = (file: ClosureFile, key: string): void => {
    if (found.has(key)) return;
    found.set(key, file);
    waiting.push(file);
  };
  for (const program of programs) {
    const file = await readBelow(root, program);
    if (file === undefined) throw new VmError(`The packages do not hold ${program}.`);
    take(file, program);
  }
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (!isElf64(file.content)) throw new VmError(`${file.path} is not a program for x86-64.`);
    const { interpreter, needed, runPath } = dynamicNeeds(file.content);
    const folders = [
      ...runPath.map((folder) => normalize(folder.replaceAll('$ORIGIN', dirname(file.path)))),
      ...LIBRARY_FOLDERS,
    ];
    for (const name of needed) {
      if (found.has(name)) continue;
      let library: ClosureFile | undefined;
      for (const folder of folders) {
        library = await readBelow(root, join(folder, name));
        if (library !== undefined) break;
      }
      if (library === undefined) {
        throw new VmError(`The packages do not hold ${name}, which ${file.path} links.`);
      }
      take(library, name);
    }
    if (interpreter !== undefined) {
      const name = interpreter.slice(interpreter.lastIndexOf('/') + 1);
      if (!found.has(name)) {
        const linker = await readBelow(root, interpreter);
        if (linker === undefined) throw new VmError(`The packages do not hold ${interpreter}.`);
        take(linker, name);
      } else {
        // A library may have been found by its name elsewhere; programs want the linker at its path.
        const linker = found.get(name)!;
        found.set(name, { ...linker, path: mergedUsr(interpreter) });
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
