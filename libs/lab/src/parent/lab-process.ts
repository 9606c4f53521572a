import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromLab, LabEnded, ToLab } from '../messages.js';
import { LastLines } from './last-lines.js';

/** How long a lab that has reported its end may take to leave. */
const leaveWithinMs = 10_000;
/** How long a lab that was told to end at once may take, before it is killed. */
const endAtOnceWithinMs = 800;

/** What is told of a lab on its way; its end is `LabProcess.ended`. */
export type LabMessage = Exclude<FromLab, LabEnded>;

/** What begins a lab: of virtual machines, or simulated. */
export type LabStart = Exclude<ToLab, { type: 'stop' }>;

export interface LabProcess {
  /** Undefined where it could not be started. */
  pid: number | undefined;
  /** Settles, and never rejects, when the process is gone. */
  ended: Promise<LabEnded>;
  /**
   * `graceful` ends the recording and keeps it; `now` ends everything. QEMU dies with the lab process
   * (parent-death signal), so that killing it leaves nothing.
   */
  stop(how: 'graceful' | 'now'): void;
}

/**
 * Runs a lab in a process of its own, so that nothing but the experiment uses its event loop.
 *
 * It is in a process group of its own: Ctrl-C on the terminal reaches us alone, and we tell the lab. When we
 * die, the channel closes and the lab ends by itself.
 *
 * @param entry module that speaks the protocol of `@fenceline/lab`'s messages; the real lab by default.
 */
export function startLabProcess(
  start: LabStart,
  listen: (message: LabMessage) => void,
  entry: string = fileURLToPath(import.meta.resolve('@fenceline/lab/process')),
): LabProcess {
  const child = fork(entry, [], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  const lastWords = new LastLines(40);
  child.stdout?.on('data', (chunk: Buffer) => lastWords.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => lastWords.push(chunk.toString()));

  const ended = new Promise<LabEnded>((resolve) => {
    let report: LabEnded | null = null;
    let failure: string | null = null;
    child.on('message', (message: FromLab) => {
      if (message.type === 'ended') {
        report = message;
        killAfter(child, leaveWithinMs);
      } else {
        listen(message);
      }
    });
    child.on('error', (error) => {
      failure = error.message;
      // A process that could not be started has no exit to wait for.
      if (child.pid === undefined) {
        resolve(broken(`The lab process could not be started: ${error.message}`));
      }
    });
    child.on('close', (code, signal) => {
      resolve(report ?? broken(obituary(code, signal, failure, lastWords)));
    });
  });

  send(child, start);

  return {
    pid: child.pid,
    ended,
    stop: (how) => {
      send(child, { type: 'stop', how });
      if (how === 'now') {
        killAfter(child, endAtOnceWithinMs);
      }
    },
  };
}

function send(child: ChildProcess, message: ToLab): void {
  if (child.connected) {
    // A channel that breaks while we write is told by the child's end.
    child.send(message, () => undefined);
  }
}

function killAfter(child: ChildProcess, ms: number): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  child.once('exit', () => clearTimeout(timer));
}

function broken(message: string): LabEnded {
  return { type: 'ended', outcome: 'error', message, durationMs: {} };
}

function obituary(
  code: number | null,
  signal: NodeJS.Signals | null,
  failure: string | null,
  lastWords: LastLines,
): string {
  const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
  const why = failure === null ? '' : ` (${failure})`;
  const words = lastWords.text();
  const said = words === '' ? '' : ` Its last lines:\n${words}`;
  return `The lab process ended ${how}${why} before it had reported.${said}`;
}
