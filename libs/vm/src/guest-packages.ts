import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Progress } from './cache.js';
import { publishFile, publishFolder, readJson, sha256, withTemporaryFolder } from './cache.js';
import type { DebianPackage } from './debian-packages.js';
import { fetchPackages, unpackPackage, withLibraries } from './debian-packages.js';
import { dataFiles, elfClosure } from './elf-closure.js';
import type { PackageSet } from './roles.js';

/** The files that guests are made of, unpacked, and the packages that they came from. */
export interface GuestPackages {
  /** Folder with the programs and their libraries at their paths in the guest. */
  root: string;
  /** SHA-256 over the packages and the chosen files: names this set in caches. */
  contentId: string;
  /** Sorted by name. */
  packages: DebianPackage[];
}

interface SetRecord {
  schema: 'fenceline.guest-packages/v1';
  contentId: string;
  packages: DebianPackage[];
}

const isSetRecord = (value: unknown): value is SetRecord =>
  typeof value === 'object' &&
  value !== null &&
  'schema' in value &&
  value.schema === 'fenceline.guest-packages/v1';

/**
 * The guests' programs from Debian packages, fetched and unpacked once and kept; nothing is
 * installed. Only the programs, the libraries that they link and the data asked for are kept of the
 * packages.
 *
 * @throws VmError with the command that mends it when apt does not find a package
 */
export async function guestPackages(
  { packages: names, programs, data }: PackageSet,
  cacheDir: string,
  progress: Progress,
): Promise<GuestPackages> {
  const folder = join(cacheDir, 'packages');
  // Another list of packages or programs is another set.
  const wanted = sha256(JSON.stringify([names, programs, ...data])).slice(0, 16);
  const place = join(folder, `set-${wanted}.json`);
  const known = await readJson(place, isSetRecord);
  const rootOf = (contentId: string): string => join(folder, 'content', contentId);
  if (known !== undefined) {
    const marker = await readJson(join(rootOf(known.contentId), 'packages.json'), isSetRecord);
    if (marker !== undefined) return { root: join(rootOf(known.contentId), 'root'), ...known };
  }
  return await withTemporaryFolder(cacheDir, async (temporary) => {
    const fetched = await fetchPackages(await withLibraries(names), temporary, progress);
    const unpacked = join(temporary, 'unpacked');
    for (const [index, { file, name }] of fetched.entries()) {
      progress(`unpacking ${name} (${index + 1} of ${fetched.length})`);
      await unpackPackage(file, unpacked);
    }
    const files = [...(await elfClosure(unpacked, programs)), ...(await dataFiles(unpacked, data))];
    const staged = join(temporary, 'staged');
    for (const file of files) {
      const to = join(staged, 'root', file.path);
      await mkdir(dirname(to), { recursive: true });
      await copyFile(file.source, to);
    }
    const packages = fetched.map(({ name, version, sha256: hash }) => ({
      name,
      version,
      sha256: hash,
    }));
    const contentId = sha256(
      JSON.stringify([packages, files.map(({ path, content }) => [path, sha256(content)])]),
    );
    const record: SetRecord = { schema: 'fenceline.guest-packages/v1', contentId, packages };
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    await writeFile(join(staged, 'packages.json'), text);
    await publishFolder(staged, rootOf(contentId));
    await publishFile(place, text);
    return { root: join(rootOf(contentId), 'root'), contentId, packages };
  });
}
