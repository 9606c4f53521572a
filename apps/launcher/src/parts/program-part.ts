import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { endedForGood } from '@fenceline/contracts/exit-code';
import { stopProcess } from '@fenceline/embedded';
import type { Part, PartEnd, RunningPart } from './part.js';

export interface ProgramOptions {
  name: string;
  /** JavaScript that says that it is ready by one line of JSON on stdout. */
  script: string;
  /** Read at each start. */
  environment: () => NodeJS.ProcessEnv;
  /** File that its stderr is added to, straight, so that it can go on writing without us. */
  log: string;
  /** Told what the line said. */
  onReady?: (line: unknown) => void;
  /** How long it may take to end after it was asked to. */
  graceMs: number;
}

/** How long it may take to end once it was told to hurry. */
const hurryMs = 10_000;

/** A program of ours: SIGTERM ends it in order, SIGINT after that at once. */
export function programPart(options: ProgramOptions): Part {
  return { name: options.name, start: (signal) => start(options, signal) };
}

async function start(options: ProgramOptions, signal: AbortSignal): Promise<RunningPart> {
  signal.throwIfAborted();
  const log = openSync(options.log, 'a', 0o600);
  const child = spawn(process.execPath, [options.script], {
    env: options.environment(),
    stdio: ['ignore', 'pipe', log],
    // Ctrl-C at our terminal is for us alone.
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<PartEnd>((resolve) => {
    child.once('error', (error) => resolve({ how: error.message }));
    child.once('exit', (code, by) =>
      resolve({
        how: by === null ? `exit code ${String(code)}` : `by ${by}`,
        ...(code === endedForGood && { forGood: lastWords(options.log).split('\n').at(-1)! }),
      }),
    );
  });
  const pid = child.pid;
  const { stdout } = child;
  if (pid === undefined || stdout === null)
    throw new Error(`${options.name}: ${(await ended).how}`);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;

  const stop = async (hurry: AbortSignal): Promise<void> => {
    if (isOver()) return;
    child.kill('SIGTERM');
    await Promise.race([ended, passed(options.graceMs, hurry)]);
    // Another signal: a second SIGTERM would be one with the first, where that is not taken yet.
    if (!isOver()) await stopProcess(pid, 'SIGINT', hurryMs);
    await ended;
  };
  const abort = () => void stop(AbortSignal.abort());
  signal.addEventListener('abort', abort, { once: true });
  try {
    const line = await Promise.race([firstLine(stdout), failure(options, ended)]);
    options.onReady?.(line);
  } finally {
    signal.removeEventListener('abort', abort);
  }
  stdout.resume();
  return { pid, ended, stop };
}

async function firstLine(stdout: NodeJS.ReadableStream): Promise<unknown> {
  for await (const line of createInterface({ input: stdout })) return JSON.parse(line);
  return new Promise(() => undefined);
}

async function failure({ name, log }: ProgramOptions, ended: Promise<PartEnd>): Promise<never> {
  const { how } = await ended;
  throw new Error(`${name} did not start (${how}):\n${lastWords(log)}`);
}

function lastWords(log: string): string {
  return readFileSync(log, 'utf8').slice(-2048).trim();
}

/** Resolves after a while, or when the signal is aborted. */
function passed(ms: number, signal: AbortSignal): Promise<void> {
  // Aborting rejects; either way it is over.
  return after(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
