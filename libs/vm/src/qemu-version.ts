import { runOrThrow } from './command.js';

/**
 * Version of the QEMU that VMs run on, as its first line gives it, e.g. `7.2.19 (Debian 1:7.2+dfsg-7)`.
 *
 * @throws VmError when QEMU is missing
 */
export async function qemuVersion(): Promise<string> {
  const { stdout } = await runOrThrow('The version of QEMU', 'qemu-system-x86_64', ['--version']);
  const line = stdout.toString().split('\n')[0] ?? '';
  return /version (.*)/.exec(line)?.[1]?.trim() ?? line.trim();
}
