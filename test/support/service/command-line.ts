import { vi } from 'vitest';
import { runCli } from '../../../apps/cli/src/cli.js';

/** A command line that runs within this process. */
export interface RunningCommand {
  stdout: string;
  stderr: string;
  /** Resolves to its exit code. */
  ended: Promise<number>;
  /** As Ctrl-C does, to this command alone. */
  interrupt(): void;
  /** Resolves when this has been written to stderr. */
  until(text: string): Promise<void>;
}

/** Starts `fenceline ARGS`; one at a time, as it takes the process's output. */
export function startCommand(...args: string[]): RunningCommand {
  const waiting: { text: string; resolve: () => void }[] = [];
  const others = new Set(process.listeners('SIGINT'));
  const running: RunningCommand = {
    stdout: '',
    stderr: '',
    ended: Promise.resolve(0),
    interrupt: () => {
      const own = process.listeners('SIGINT').filter((listener) => !others.has(listener));
      for (const listener of own) listener('SIGINT');
    },
    until: (text) =>
      running.stderr.includes(text)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ text, resolve })),
  };
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    running.stdout += String(text);
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    running.stderr += String(text);
    for (const one of waiting) if (running.stderr.includes(one.text)) one.resolve();
    return true;
  });
  running.ended = runCli(args).finally(() => {
    stdout.mockRestore();
    stderr.mockRestore();
  });
  return running;
}

/** Runs `fenceline ARGS` to its end. */
export async function command(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const running = startCommand(...args);
  const code = await running.ended;
  return { code, stdout: running.stdout, stderr: running.stderr };
}
