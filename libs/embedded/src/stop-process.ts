import { readFileSync } from 'node:fs';

const pollMs = 20;

/**
 * Ends a process that need not be our child: by `signal`, and when it is still there after `graceMs`, by SIGKILL.
 * Resolves when it is gone.
 *
 * @throws Error where it is there all the same
 */
export async function stopProcess(
  pid: number,
  signal: NodeJS.Signals,
  graceMs = 30_000,
): Promise<void> {
  send(pid, signal);
  if (await goneWithin(pid, graceMs)) return;
  send(pid, 'SIGKILL');
  if (!(await goneWithin(pid, graceMs))) throw new Error(`Process ${pid} cannot be ended.`);
}

/** Nobody tells of the end of a process that is not a child: it is looked for again and again. */
async function goneWithin(pid: number, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
}

/** A process that has ended and that nobody has waited for does nothing any more. */
function isAlive(pid: number): boolean {
  try {
    // The state is behind the name, which is in brackets and may have any character.
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, or it is not ours to stop: then it stays and the caller's time passes.
  }
}
