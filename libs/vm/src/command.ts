import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { codeOf, messageOf, VmError } from './vm-error.js';

/** What an ended command left. */
export interface CommandResult {
  /** Exit code, or -1 when a signal ended it. */
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/** The Debian package that brings a program that we call. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  tar: 'tar',
  xz: 'xz-utils',
  zstd: 'zstd',
  patch: 'patch',
  make: 'make',
  strip: 'binutils',
  lz4: 'lz4',
  bzip2: 'bzip2',
  prlimit: 'util-linux',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  'qemu-system-x86_64': 'qemu-system-x86',
};

/** The sentence that tells how to get a missing program. */
export function howToInstall(program: string): string {
  const name = PACKAGE_OF[program];
  return name === undefined ? `Install ${program}.` : `Install it: apt-get install -y ${name}`;
}

/** Leaders of process groups that are at work for us. */
const groups = new Set<ChildProcess>();

/** Has a program end when we do, with all that it started, before the folders are removed that it writes to. */
function endWithUs(leader: ChildProcess): void {
  if (groups.size === 0) process.prependListener('exit', endGroups);
  groups.add(leader);
  leader.once('close', () => {
    groups.delete(leader);
    if (groups.size === 0) process.off('exit', endGroups);
  });
}

function endGroups(): void {
  for (const { pid } of groups) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}

/**
 * Runs a program to its end without a shell and gives back what it wrote. Any exit code is a
 * result; only a program that cannot be started is an error.
 *
 * @param options `inGroup`: the program starts others, which end with it and with us
 * @throws VmError when the program is missing, with the command that installs it.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: { cwd?: string; input?: Uint8Array; inGroup?: boolean } = {},
): Promise<CommandResult> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: '' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: options.inGroup ?? false,
    });
    if (options.inGroup === true) endWithUs(child);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program that ends before it has read its input closes the pipe: its exit code tells why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
    child.on('error', (error) => {
      reject(
        new VmError(
          codeOf(error) === 'ENOENT'
            ? `${program} is not installed. ${howToInstall(program)}`
            : `${program} could not be started: ${messageOf(error)}`,
          { cause: error },
        ),
      );
    });
    child.on('close', (code) => {
      resolve({
        exitCode: code ?? -1,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/** Like {@link runCommand}, but a failed command is an error that begins with `what` and quotes its stderr. */
export async function runOrThrow(
  what: string,
  program: string,
  args: readonly string[],
  options: { cwd?: string; input?: Uint8Array } = {},
): Promise<CommandResult> {
  const result = await runCommand(program, args, options);
  if (result.exitCode !== 0) {
    const said = result.stderr.trim().split('\n').slice(-5).join('\n');
    throw new VmError(
      `${what}: ${program} failed with exit code ${result.exitCode}.\n${said}`.trim(),
    );
  }
  return result;
}
