import { join } from 'node:path';
import { VmError } from './vm-error.js';

const VM_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const KERNEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$/;
const KERNEL_ARGUMENT = /^[\x21\x23-\x7e]+$/;
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/**
 * The longest path of a Unix socket, in bytes: `sun_path` holds 108 with its closing zero.
 */
export const MAX_SOCKET_PATH = 107;

/**
 * Gives back a name that goes into QEMU's options (VM, device, export, serial).
 *
 * @throws VmError unless it is 1 to 64 of letters, digits, dot, underscore, hyphen.
 */
export function checkedName(what: string, name: string): string {
  if (!VM_NAME.test(name)) {
    throw new VmError(
      `${what} ${JSON.stringify(name)} is not valid: use 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit.`,
    );
  }
  return name;
}

/** Gives back a kernel's name. A colon separates a source from a version, as in `debian:6.1`. */
export function checkedKernelName(name: string): string {
  if (!KERNEL_NAME.test(name)) {
    throw new VmError(
      `Kernel name ${JSON.stringify(name)} is not valid: use 1 to 64 letters, digits and . _ : + -, beginning with a letter or digit.`,
    );
  }
  return name;
}

/** The file that says to what a kernel's name leads. */
export function kernelNamePath(cacheDir: string, name: string): string {
  return join(cacheDir, 'kernels', 'names', `${encodeURIComponent(name)}.json`);
}

/** Gives back one argument of the guest kernel's command line: printable, no space, no quote. */
export function checkedKernelArgument(argument: string): string {
  if (!KERNEL_ARGUMENT.test(argument)) {
    throw new VmError(
      `Kernel argument ${JSON.stringify(argument)} is not valid: it must be printable ASCII without spaces and double quotes.`,
    );
  }
  return argument;
}

/** Gives back a unicast MAC address in colon notation. */
export function checkedMac(mac: string): string {
  if (!MAC.test(mac) || (Number.parseInt(mac.slice(0, 2), 16) & 1) !== 0) {
    throw new VmError(
      `${JSON.stringify(mac)} is not a unicast MAC address such as 52:54:00:00:01:02.`,
    );
  }
  return mac;
}

/** Gives back the path of a Unix socket, absolute and short enough for the kernel. */
export function checkedSocketPath(path: string): string {
  if (!path.startsWith('/') || path.includes('\0')) {
    throw new VmError(`Socket path ${JSON.stringify(path)} must be absolute.`);
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_SOCKET_PATH) {
    throw new VmError(
      `Socket path ${path} has ${bytes} bytes; a Unix socket's path has at most ${MAX_SOCKET_PATH}. Use a shorter run folder.`,
    );
  }
  return path;
}
