import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A server that was started, and what it said. */
export interface ServerProcess {
  child: ChildProcess;
  pid: number;
  /** Set when it has ended. */
  over: boolean;
  /** Resolves when it has ended. */
  ended: Promise<void>;
  /** The last 4 KiB that it wrote, for the message when it does not come up. */
  lastWords: () => string;
}

/**
 * Starts a server that does not end with a Ctrl-C at our terminal: we stop it in order.
 *
 * @param log file that its words are added to, so that they outlive us; kept in memory where there is none
 * @throws Error where the program cannot be started
 */
export async function startServer(
  program: string,
  argv: string[],
  options: SpawnOptions,
  log: string | undefined,
): Promise<ServerProcess> {
  const file = log === undefined ? undefined : openSync(log, 'a', 0o600);
  const out = file ?? 'pipe';
  const child = spawn(program, argv, { ...options, stdio: ['ignore', out, out], detached: true });
  if (file !== undefined) closeSync(file);
  const server: ServerProcess = {
    child,
    pid: child.pid ?? 0,
    over: false,
    ended: new Promise((resolve) => child.once('exit', () => resolve())),
    lastWords: log === undefined ? keepWords(child) : () => readFileSync(log, 'utf8').slice(-4096),
  };
  void server.ended.then(() => (server.over = true));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).once('error', reject);
  });
  return server;
}

function keepWords(child: ChildProcess): () => string {
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-4096);
    });
  }
  return () => words.trim();
}
