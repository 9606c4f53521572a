import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const launcher = path.resolve(import.meta.dirname, '../../../apps/launcher/bin/launcher.cjs');

/** The launcher as a process, and what it has said. */
export interface Launched {
  child: ChildProcess;
  lines: string[];
  /** Resolves with the first line, from the beginning on, that fits. @throws Error where it ends before */
  line(pattern: RegExp): Promise<string>;
  ended: Promise<number | null>;
}

/** Starts the launcher with a command: `start`, `status` or `stop`. */
export function launch(argv: readonly string[], environment: NodeJS.ProcessEnv): Launched {
  const child = spawn(process.execPath, [launcher, ...argv], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    lines,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => pattern.test(line));
          if (found !== undefined) resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended:\n${lines.join('\n')}`)));
      }),
  };
}
