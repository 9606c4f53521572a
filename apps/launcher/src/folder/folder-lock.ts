import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/**
 * Takes the lock of a data folder. The kernel lets go of it when this process ends, however it ends.
 *
 * @returns how to give it back; null where another process has it
 * @throws Error where it cannot be tried
 */
export function takeLock(file: string): (() => void) | null {
  const descriptor = openSync(file, 'a', 0o600);
  // flock(1) locks what the descriptor stands for, which is ours too: the lock stays when the command has ended.
  const { status, error } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (status === 0) return () => closeSync(descriptor);
  closeSync(descriptor);
  if (status === 1) return null;
  throw new Error(`${file} cannot be locked: flock, of the package util-linux, is needed.`, {
    cause: error,
  });
}
