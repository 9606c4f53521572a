import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultCacheDir, exists } from './cache.js';
import { howToInstall, runCommand } from './command.js';
import { ownedName } from './process-identity.js';
import { runFoldersRoot } from './run-folder.js';
import { messageOf } from './vm-error.js';

/** One thing that labs need of this machine. */
export interface Requirement {
  name: string;
  ok: boolean;
  /** What was found, in words. */
  found: string;
  /** What mends it, a command where one does; only when it is not met. */
  mend?: string;
}

const MIB = 1024 * 1024;
/** `-netdev stream` came with 7.2. */
const QEMU_MINIMUM: readonly [number, number] = [7, 2];
/** QEMU's own memory beside the guest's: the loaded kernel and image, its translated code. */
const OVERHEAD_MB = 200;
/** Kernel and packages while they are unpacked, and what stays of them. */
const DISK_FIRST_MB = 1500;
/** Evidence and images of further kernels. */
const DISK_LATER_MB = 300;

async function program(
  name: string,
  args: readonly string[],
  judge: (stdout: string) => string | undefined = () => undefined,
): Promise<Requirement> {
  try {
    const { exitCode, stdout, stderr } = await runCommand(name, args);
    const text = stdout.toString();
    const line = text.split('\n')[0]!;
    if (exitCode !== 0) {
      return {
        name,
        ok: false,
        found: stderr.trim() || `exit code ${exitCode}`,
        mend: howToInstall(name),
      };
    }
    const fault = judge(text);
    return fault === undefined
      ? { name, ok: true, found: line }
      : { name, ok: false, found: line, mend: fault };
  } catch {
    return { name, ok: false, found: 'not installed', mend: howToInstall(name) };
  }
}

function judgeQemu(text: string): string | undefined {
  const match = /version (\d+)\.(\d+)/.exec(text);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  const [wantedMajor, wantedMinor] = QEMU_MINIMUM;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
    ? undefined
    : `QEMU ${wantedMajor}.${wantedMinor} or later is needed. ${howToInstall('qemu-system-x86_64')}`;
}

function machine(): Requirement {
  const ok = platform() === 'linux' && arch() === 'x64';
  return {
    name: 'machine',
    ok,
    found: `${platform()} ${arch()}`,
    ...(ok ? {} : { mend: 'Use a Linux machine with an x86-64 processor.' }),
  };
}

async function memory(guests: number, memoryMb: number): Promise<Requirement> {
  const text = await readFile('/proc/meminfo', 'utf8');
  const availableMb = Math.floor(Number(/^MemAvailable:\s+(\d+)/m.exec(text)?.[1]) / 1024);
  const wantedMb = guests * (memoryMb + OVERHEAD_MB);
  const ok = availableMb >= wantedMb;
  return {
    name: 'memory',
    ok,
    found: `${availableMb} MiB available, ${wantedMb} MiB wanted for ${guests} VMs`,
    ...(ok ? {} : { mend: 'Close other programs, or give the machine more memory.' }),
  };
}

async function disk(cacheDir: string): Promise<Requirement> {
  const filled = await exists(join(cacheDir, 'kernels', 'names'));
  const wantedMb = filled ? DISK_LATER_MB : DISK_FIRST_MB;
  // The folder may not be there yet: what counts is the nearest one above it that is.
  let folder = cacheDir;
  while (!(await exists(folder))) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / MIB);
  const ok = freeMb >= wantedMb;
  return {
    name: 'disk',
    ok,
    found: `${freeMb} MiB free for ${cacheDir}, ${wantedMb} MiB wanted`,
    ...(ok
      ? {}
      : { mend: `Free space there, or name another folder: export FENCELINE_CACHE=FOLDER` }),
  };
}

async function writable(name: string, folder: string, mend: string): Promise<Requirement> {
  const probe = join(folder, ownedName());
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
    return { name, ok: true, found: folder };
  } catch (error) {
    return { name, ok: false, found: messageOf(error), mend };
  }
}

/**
 * Checks what labs need of this machine: programs, memory, disk and folders. Whether guests can
 * use KVM is another question, see probeAccelerator.
 *
 * @param options how many VMs of how much memory are to run at once; a lab of three unless given
 */
export async function checkRequirements(
  options: { cacheDir?: string; guests?: number; memoryMb?: number } = {},
): Promise<Requirement[]> {
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const runFolders = runFoldersRoot();
  const checked = await Promise.all([
    program('qemu-system-x86_64', ['--version'], judgeQemu),
    program('setpriv', ['--version']),
    program('apt-get', ['--version']),
    program('dpkg-deb', ['--version']),
    program('tar', ['--version']),
    program('xz', ['--version']),
    memory(options.guests ?? 3, options.memoryMb ?? 384),
    disk(cacheDir),
    writable(
      'cache folder',
      cacheDir,
      'Make it yours, or name another: export FENCELINE_CACHE=FOLDER',
    ),
    writable('run folder', runFolders, `Make it yours, or remove it: rm -r ${runFolders}`),
  ]);
  return [machine(), ...checked];
}
