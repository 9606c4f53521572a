import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from './cache.js';
import { sha256File } from './cache.js';
import { runCommand, runOrThrow } from './command.js';
import { VmError } from './vm-error.js';

/** A Debian package as it was fetched. */
export interface DebianPackage {
  name: string;
  version: string;
  /** SHA-256 of the .deb file. */
  sha256: string;
}

/** A fetched package and where its file is. */
export interface FetchedPackage extends DebianPackage {
  file: string;
}

const UPDATE = 'Refresh the package lists and try again: apt-get update';
const RUNTIME_LIBRARY = /^lib[a-z0-9.+-]*$|^zlib1g$/;
const PERL_OR_PYTHON = /-perl$|^libperl|^libpython/;

/** What this machine has installed is no matter, and may be of a version that no source has any more. */
const SOURCES_ALONE = ['-o', 'Dir::State::status=/dev/null'];

/** One paragraph of `apt-cache show` or `dpkg-deb --field`. */
export type Paragraph = ReadonlyMap<string, string>;

/** Splits Debian control text into its paragraphs; continuation lines are joined. */
export function parseControl(text: string): Paragraph[] {
  return text
    .split(/\n{2,}/)
    .map((block) => {
      const fields = new Map<string, string>();
      let current = '';
      for (const line of block.split('\n')) {
        const field = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line);
        if (field !== null) {
          current = field[1]!;
          fields.set(current, field[2]!);
        } else if (current !== '' && /^\s/.test(line)) {
          fields.set(current, `${fields.get(current)!}\n${line.trim()}`);
        }
      }
      return fields;
    })
    .filter((fields) => fields.size > 0);
}

/** What the package lists know of a package, all its versions, newest first. */
export async function showPackage(name: string): Promise<Paragraph[]> {
  const result = await runCommand('apt-cache', ['show', '--', name]);
  return result.exitCode === 0 ? parseControl(result.stdout.toString()) : [];
}

/**
 * The packages and the shared-library packages that they depend on, directly or not. Debian puts
 * shared libraries into packages named lib…; interpreters and tools among the dependencies are
 * left out, since only what the programs link is wanted.
 */
export async function withLibraries(names: readonly string[]): Promise<string[]> {
  const result = await runCommand('apt-cache', [
    ...SOURCES_ALONE,
    'depends',
    '--recurse',
    '--no-recommends',
    '--no-suggests',
    '--no-conflicts',
    '--no-breaks',
    '--no-replaces',
    '--no-enhances',
    '--',
    ...names,
  ]);
  if (result.exitCode !== 0) {
    throw new VmError(`apt does not know ${names.join(', ')}. ${UPDATE}\n${result.stderr.trim()}`);
  }
  const listed = result.stdout.toString().split('\n');
  const libraries = listed.filter(
    (name) => RUNTIME_LIBRARY.test(name) && !PERL_OR_PYTHON.test(name),
  );
  return [...new Set([...names, ...libraries])].sort();
}

/**
 * Fetches packages into a folder of its own below `folder`, through apt with its checks of
 * signatures and hashes. Nothing is installed, no lock is taken.
 *
 * @param names package names, `name=version` to choose one
 * @throws VmError with the command that mends it when apt does not find one
 */
export async function fetchPackages(
  names: readonly string[],
  folder: string,
  progress: Progress,
): Promise<FetchedPackage[]> {
  const downloads = join(folder, 'debs');
  await mkdir(downloads, { recursive: true });
  progress(`fetching ${names.length === 1 ? names[0]! : `${names.length} Debian packages`}`);
  // As root, apt would hand the work to its user _apt, who cannot write here.
  const result = await runCommand(
    'apt-get',
    ['-q', ...SOURCES_ALONE, '-o', 'APT::Sandbox::User=root', 'download', '--', ...names],
    { cwd: downloads },
  );
  if (result.exitCode !== 0) {
    const said = result.stderr
      .split('\n')
      .filter((line) => /^[EW]:/.test(line))
      .slice(-5)
      .join('\n');
    throw new VmError(`apt could not fetch ${names.join(', ')}. ${UPDATE}\n${said}`.trim());
  }
  const files = (await readdir(downloads)).filter((file) => file.endsWith('.deb')).sort();
  return await Promise.all(files.map((file) => describePackage(join(downloads, file))));
}

/** Name, version and hash of a package file. */
export async function describePackage(file: string): Promise<FetchedPackage> {
  const field = await runCommand('dpkg-deb', ['--field', file, 'Package', 'Version']);
  const fields = parseControl(field.stdout.toString())[0];
  const name = fields?.get('Package');
  const version = fields?.get('Version');
  if (field.exitCode !== 0 || name === undefined || version === undefined) {
    throw new VmError(`${file} is not a Debian package.\n${field.stderr.trim()}`.trim());
  }
  return { name, version, sha256: await sha256File(file), file };
}

/** Unpacks a package's files below `root`, without its scripts. */
export async function unpackPackage(file: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await runOrThrow(`${file} could not be unpacked`, 'dpkg-deb', ['-x', file, root]);
}
