import { runCommand } from './command.js';
import type { Accelerator } from './qemu-command.js';
import { qemuUser, setprivArguments } from './qemu-user.js';

const MIB = 2 ** 20;

/** What one QEMU may use at most, whatever its guest does to it. */
const LIMITS = {
  /** Of the address space beyond the guest's memory: QEMU itself, its libraries, and the code that emulation makes. */
  overheadMib: 4096,
  /** Processes and threads of the lab's user, all of its VMs together. */
  processes: 1024,
  openFiles: 256,
} as const;

/** Namespaces of its own: no network but the sockets that it is given, no shared memory, no host name of others. */
const NAMESPACES = ['--net', '--ipc', '--uts'] as const;

let canUnshare: Promise<boolean> | undefined;

/** Whether namespaces can be made here; without the right to do so VMs run in those of this process. */
async function mayUnshare(): Promise<boolean> {
  if (qemuUser() === undefined) return false;
  canUnshare ??= runCommand('unshare', [...NAMESPACES, 'true']).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
  return await canUnshare;
}

/**
 * The words that go before QEMU's own: namespaces and limits first, then the user, as none may be changed after that.
 * All of them replace themselves by the next, so that the death signal reaches QEMU.
 */
export async function confinement(
  accelerator: Accelerator,
  memoryMb: number,
): Promise<readonly string[]> {
  const addressSpace = (memoryMb + LIMITS.overheadMib) * MIB;
  return [
    ...((await mayUnshare()) ? ['unshare', ...NAMESPACES, '--'] : []),
    'prlimit',
    '--core=0',
    // It writes no file: its console is a pipe.
    '--fsize=0',
    `--nofile=${LIMITS.openFiles}`,
    // Of a user that others share, it would count theirs.
    ...(qemuUser() === undefined ? [] : [`--nproc=${LIMITS.processes}`]),
    `--as=${addressSpace}`,
    '--',
    'setpriv',
    ...setprivArguments(accelerator),
  ];
}
