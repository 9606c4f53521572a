import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from './json-lines.js';
import { isJsonObject, JsonLines } from './json-lines.js';
import { GuestGone, VmError } from './vm-error.js';

/** How a command in the guest ended. */
export interface GuestResult {
  /** Exit code; null when a signal ended it. */
  exitCode: number | null;
  /** Number of the signal that ended it. */
  signal: number | null;
  stdout: string;
  stderr: string;
  /** Whether the agent cut the output, at 16 MiB. */
  truncated: boolean;
}

/** A command that runs in the guest. */
export interface GuestProcess {
  /** Its number in the guest. */
  readonly pid: number;
  /**
   * Waits for its end.
   *
   * @throws VmError when it has not ended in time, after having killed it, or the guest is gone
   */
  wait(options?: { timeoutMs?: number }): Promise<GuestResult>;
  /** Sends it a signal; one that has ended is left alone. */
  signal(name: 'TERM' | 'INT' | 'KILL'): Promise<void>;
}

/** Options of a command in the guest. */
export interface GuestExecOptions {
  /** Written to its standard input, which is closed then. */
  input?: string | Uint8Array;
  /** Added to the environment of the guest's init. */
  env?: Readonly<Record<string, string>>;
}

interface Waiting {
  /** When set, only the answer that returns this number is meant. */
  sync: number | undefined;
  resolve: (answer: { value: unknown; line: string }) => void;
  reject: (error: VmError) => void;
}

/** Bound of one exchange with the agent, which answers at once unless the guest is starved. */
const ANSWER_MS = 30_000;
const DEFAULT_EXEC_MS = 30_000;
/** The most bytes of a file that is read: a guest decides how much it sends. */
const MAX_FILE = 64 * 1024 * 1024;
/** File content a message: small beside the agent's own bound, large enough to be quick. */
const CHUNK = 256 * 1024;
/** The status of a command has no event: it is asked for again after 5 ms, then ever more seldom. */
const FIRST_POLL_MS = 5;
const POLL_GROWTH = 1.5;
const LAST_POLL_MS = 250;
const GUEST_PATH = '/usr/sbin:/usr/bin';

/**
 * The way into a guest: a client of Debian's QEMU guest agent over a virtio serial port
 * (QEMU: qga/qapi-schema.json). The agent takes one request at a time; ours wait in line.
 */
export class GuestAgent {
  readonly #name: string;
  readonly #lines: JsonLines;
  #waiting: Waiting | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #ended: VmError | undefined;

  /**
   * @param name of the VM, for errors
   * @param socket connected to QEMU's end of the port
   */
  constructor(name: string, socket: Socket) {
    this.#name = name;
    this.#lines = new JsonLines(socket, {
      object: (object, line) => this.#receive(object, line),
      end: (reason) => this.#end(reason),
    });
  }

  /**
   * Waits until the agent answers. QEMU keeps our request until the guest has opened the port, so
   * the answer comes as soon as the agent is there.
   */
  async synchronize(timeoutMs: number): Promise<void> {
    const id = randomInt(2 ** 31);
    await this.#ask('guest-sync-delimited', { id }, timeoutMs, id);
  }

  /**
   * Runs a command to its end and gives back what it wrote. Any exit code is a result.
   *
   * @param argv the program, found in the guest's /usr/sbin and /usr/bin, and its arguments
   * @throws VmError when it cannot be started, or has not ended within `timeoutMs` (30 s unless
   *   given): then it is killed
   */
  async exec(
    argv: readonly string[],
    options: GuestExecOptions & { timeoutMs?: number } = {},
  ): Promise<GuestResult> {
    const process = await this.spawn(argv, options);
    return await process.wait({ timeoutMs: options.timeoutMs ?? DEFAULT_EXEC_MS });
  }

  /** Like {@link exec}, and any end but exit code 0 is an error that quotes its output. */
  async run(
    argv: readonly string[],
    options: GuestExecOptions & { timeoutMs?: number } = {},
  ): Promise<string> {
    const result = await this.exec(argv, options);
    if (result.exitCode !== 0) {
      const how =
        result.exitCode === null
          ? `signal ${result.signal ?? '?'}`
          : `exit code ${result.exitCode}`;
      const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-10).join('\n');
      throw new VmError(`${argv.join(' ')} in ${this.#name} ended with ${how}.\n${said}`.trim());
    }
    return result.stdout;
  }

  /** Starts a command and gives it back as soon as it runs; its output is kept for its end. */
  async spawn(argv: readonly string[], options: GuestExecOptions = {}): Promise<GuestProcess> {
    const [path, ...arg] = argv;
    if (path === undefined) throw new VmError('An empty command cannot be run.');
    const env = Object.entries(options.env ?? {}).map(([key, value]) => `${key}=${value}`);
    const answer = await this.execute('guest-exec', {
      path,
      arg,
      'capture-output': true,
      ...(env.length > 0 ? { env: [`PATH=${GUEST_PATH}`, ...env] } : {}),
      ...(options.input === undefined
        ? {}
        : { 'input-data': Buffer.from(options.input).toString('base64') }),
    });
    const pid = isJsonObject(answer) ? answer['pid'] : undefined;
    if (typeof pid !== 'number') throw this.#strange('guest-exec');
    let ended: GuestResult | undefined;
    return {
      pid,
      wait: async ({ timeoutMs } = {}) => (ended ??= await this.#awaitEnd(argv, pid, timeoutMs)),
      signal: async (name) => {
        if (ended === undefined) await this.exec(['kill', `-${name}`, String(pid)]);
      },
    };
  }

  /** Writes a file, replacing what was there. */
  async writeFile(path: string, content: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(content);
    await this.#withFile(path, 'w', async (handle) => {
      let at = 0;
      while (at < bytes.length) {
        const chunk = bytes.subarray(at, at + CHUNK);
        const answer = await this.execute('guest-file-write', {
          handle,
          'buf-b64': chunk.toString('base64'),
        });
        const count = isJsonObject(answer) ? Number(answer['count']) : NaN;
        if (!(count > 0)) throw this.#strange('guest-file-write');
        at += count;
      }
    });
  }

  /** Reads a whole file, of 64 MiB at most. */
  async readFile(path: string): Promise<Buffer> {
    return await this.#withFile(path, 'r', async (handle) => {
      const parts: Buffer[] = [];
      for (let bytes = 0; bytes <= MAX_FILE; bytes += parts.at(-1)!.length) {
        const answer = await this.execute('guest-file-read', { handle, count: CHUNK });
        if (!isJsonObject(answer) || typeof answer['buf-b64'] !== 'string') {
          throw this.#strange('guest-file-read');
        }
        parts.push(Buffer.from(answer['buf-b64'], 'base64'));
        if (answer['eof'] === true) return Buffer.concat(parts);
      }
      throw new VmError(`${path} in ${this.#name} is larger than ${MAX_FILE} bytes.`);
    });
  }

  /** The guest's clock: nanoseconds since 1970 in its view. */
  async time(): Promise<bigint> {
    // As a JavaScript number it would lose its last digits.
    const { line } = await this.#ask('guest-get-time', {}, ANSWER_MS);
    const digits = /"return"\s*:\s*(-?\d+)/.exec(line)?.[1];
    if (digits === undefined) throw this.#strange('guest-get-time');
    return BigInt(digits);
  }

  /**
   * Executes one of the agent's own commands.
   *
   * @throws VmError when the agent answers with an error, not in time, or is gone
   */
  async execute(command: string, args: JsonObject = {}, timeoutMs = ANSWER_MS): Promise<unknown> {
    return (await this.#ask(command, args, timeoutMs)).value;
  }

  /** Ends the connection; what waits for an answer fails. */
  close(): void {
    this.#lines.close();
  }

  async #awaitEnd(
    argv: readonly string[],
    pid: number,
    timeoutMs: number | undefined,
  ): Promise<GuestResult> {
    const until = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * POLL_GROWTH, LAST_POLL_MS)) {
      const status = await this.execute('guest-exec-status', { pid });
      if (!isJsonObject(status)) throw this.#strange('guest-exec-status');
      if (status['exited'] === true) {
        const text = (key: string): string => {
          const value = status[key];
          return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : '';
        };
        const number = (key: string): number | null => {
          const value = status[key];
          return typeof value === 'number' ? value : null;
        };
        return {
          exitCode: number('exitcode'),
          signal: number('signal'),
          stdout: text('out-data'),
          stderr: text('err-data'),
          truncated: status['out-truncated'] === true || status['err-truncated'] === true,
        };
      }
      if (performance.now() >= until) {
        await this.execute('guest-exec', { path: 'kill', arg: ['-KILL', String(pid)] });
        throw new VmError(
          `${argv.join(' ')} in ${this.#name} did not end within ${timeoutMs ?? 0} ms and was killed.`,
        );
      }
      await delay(Math.max(0, Math.min(pause, until - performance.now())));
    }
  }

  async #withFile<T>(
    path: string,
    mode: 'r' | 'w',
    use: (handle: number) => Promise<T>,
  ): Promise<T> {
    const handle = await this.execute('guest-file-open', { path, mode });
    if (typeof handle !== 'number') throw this.#strange('guest-file-open');
    let result: T;
    try {
      result = await use(handle);
    } catch (error) {
      // The first error is the one to tell.
      await this.execute('guest-file-close', { handle }).catch(() => undefined);
      throw error;
    }
    await this.execute('guest-file-close', { handle });
    return result;
  }

  /** Puts a request into the line and gives back its answer. */
  async #ask(
    command: string,
    args: JsonObject,
    timeoutMs: number,
    sync?: number,
  ): Promise<{ value: unknown; line: string }> {
    const asked = this.#line.then(() => this.#exchange(command, args, timeoutMs, sync));
    this.#line = asked.catch(() => undefined);
    return await asked;
  }

  async #exchange(
    command: string,
    args: JsonObject,
    timeoutMs: number,
    sync?: number,
  ): Promise<{ value: unknown; line: string }> {
    if (this.#ended !== undefined) throw this.#ended;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // A late answer would be taken for that of the next request: the connection is of no use.
        this.#end(new VmError(`it did not answer ${command} within ${timeoutMs} ms`));
        this.#lines.close();
      }, timeoutMs);
      this.#waiting = {
        sync,
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#lines.send({ execute: command, arguments: args }, sync !== undefined);
    });
  }

  #receive(object: JsonObject, line: string): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    // Before it stand answers to requests of before, and a complaint about the reset byte.
    if (waiting.sync !== undefined && object['return'] !== waiting.sync) return;
    this.#waiting = undefined;
    const error = object['error'];
    if (isJsonObject(error)) {
      waiting.reject(
        new VmError(`The guest agent of ${this.#name} refused: ${String(error['desc'])}`),
      );
    } else {
      waiting.resolve({ value: object['return'], line });
    }
  }

  #end(reason: VmError): void {
    if (this.#ended !== undefined) return;
    this.#ended = new GuestGone(`The guest agent of ${this.#name} is gone: ${reason.message}.`);
    this.#waiting?.reject(this.#ended);
    this.#waiting = undefined;
  }

  #strange(command: string): VmError {
    return new VmError(
      `The guest agent of ${this.#name} gave ${command} an answer that makes no sense.`,
    );
  }
}
