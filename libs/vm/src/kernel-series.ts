import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson, sha256 } from './cache.js';
import { codeOf, VmError } from './vm-error.js';

/** A patch series for a kernel that ships with the project: a folder below `kernel/`. */
export interface KernelSeries {
  /** Name of its folder, e.g. `ccr-6.1`. */
  title: string;
  /** Its folder. */
  folder: string;
  /** Name under which the kernel with it is registered unless another is given, e.g. `debian:6.1+ccr`. */
  name: string;
  /** Name of the kernel that it is made for. */
  base: string;
  /** Paths of its patches, in the order in which they are applied. */
  patches: string[];
  /** SHA-256 over names and content of the patches. */
  sha256: string;
}

interface SeriesRecord {
  schema: 'fenceline.kernel-series/v1';
  name: string;
  base: string;
}

const isSeriesRecord = (value: unknown): value is SeriesRecord =>
  typeof value === 'object' &&
  value !== null &&
  'schema' in value &&
  value.schema === 'fenceline.kernel-series/v1' &&
  'name' in value &&
  typeof value.name === 'string' &&
  'base' in value &&
  typeof value.base === 'string';

const SHIPPED = fileURLToPath(new URL('../../../kernel', import.meta.url));

/**
 * The series of a folder, as long as it is one that ships with the project.
 *
 * Modules are built on this machine itself, by make and a compiler: whoever writes a series can run
 * any command here. That is why no other folder is taken.
 *
 * @throws VmError for every other path, naming the series that there are
 */
export async function shippedSeriesAt(path: string, shipped = SHIPPED): Promise<KernelSeries> {
  const folder = await realpath(resolve(path)).catch(() => undefined);
  const root = await realpath(shipped).catch(() => shipped);
  const series =
    folder !== undefined && dirname(folder) === root ? await readSeries(folder) : undefined;
  if (series !== undefined) return series;
  const known = (await shippedSeries(shipped)).map(({ title }) => `kernel/${title}`);
  throw new VmError(
    `${path} is not a patch series that ships with Fenceline (${known.join(', ') || 'there is none'}). ` +
      'Building a series runs its build on this machine itself, so that no other is taken. ' +
      'Build your kernel where you trust it, then: fenceline kernels add NAME --image bzImage --modules FOLDER',
  );
}

/** Every series that ships with the project, sorted by folder. */
export async function shippedSeries(shipped = SHIPPED): Promise<KernelSeries[]> {
  const entries = await readdir(shipped, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const read = await Promise.all(folders.sort().map((name) => readSeries(join(shipped, name))));
  return read.filter((series) => series !== undefined);
}

async function readSeries(folder: string): Promise<KernelSeries | undefined> {
  const record = await readJson(join(folder, 'series.json'), isSeriesRecord);
  if (record === undefined) return undefined;
  const files = await patchFiles(join(folder, 'patches'));
  const patches = files.map((file) => join(folder, 'patches', file));
  const contents = await Promise.all(patches.map((patch) => readFile(patch)));
  return {
    title: basename(folder),
    folder,
    name: record.name,
    base: record.base,
    patches,
    sha256: sha256(JSON.stringify(files.map((file, index) => [file, sha256(contents[index]!)]))),
  };
}

/** Names of the patches in a folder, sorted. A series without any is no series: it would be built to the base. */
async function patchFiles(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const patches = files.filter((file) => file.endsWith('.patch'));
  if (patches.length > 0) return patches.sort();
  throw new VmError(
    `${folder} holds no patches: put the series there, one *.patch for each commit, as git format-patch writes them.`,
  );
}
