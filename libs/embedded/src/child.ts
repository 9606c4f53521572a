import type { ChildProcess } from 'node:child_process';

/** Resolves when the process has ended. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Keeps the last 4 KiB that a process wrote to stderr, for the message when it does not come up. */
export function lastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4096);
  });
  return () => words.trim();
}
