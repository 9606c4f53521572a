/**
 * Something about a VM, a kernel or a guest image went wrong on this machine. The message is for
 * people: what, where, and what mends it. It is never a finding about the system under test.
 */
export class VmError extends Error {
  /** The last lines of the guest's console, oldest first; empty when there is no guest. */
  readonly consoleLines: readonly string[];

  constructor(
    message: string,
    options: { cause?: unknown; consoleLines?: readonly string[] } = {},
  ) {
    const lines = options.consoleLines ?? [];
    const shown =
      lines.length === 0
        ? ''
        : `\nThe last ${lines.length} lines of its console:\n${lines.map((line) => `  | ${line}`).join('\n')}`;
    super(message + shown, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VmError';
    this.consoleLines = lines;
  }
}

/** A guest was not ready within the bound that it was given. */
export class GuestNotReady extends VmError {}

/**
 * The way into a guest is gone, most often because its QEMU is dying: why it died is known a moment
 * later, by `Vm.exited`.
 */
export class GuestGone extends VmError {}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ENOENT`, …), if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
