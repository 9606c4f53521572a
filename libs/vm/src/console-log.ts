import type { Clock } from '@fenceline/contracts';
import type { WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { messageOf, VmError } from './vm-error.js';

/** A line of a guest's console. */
export interface ConsoleLine {
  /** When its end was read, in ns since the lab started. */
  t: number;
  text: string;
}

/** How many lines are kept for error messages. */
const KEPT_LINES = 200;
/** The most bytes of one console: a guest that says more is broken, or means harm. */
const MAX_BYTES = 64 * 1024 * 1024;
/** A line longer than this is cut into several. */
const MAX_LINE = 4096;
const ESCAPE = '\u001b';
/** What a terminal would take for a command: escape sequences, and other control characters. */
const CONTROL = new RegExp(
  String.raw`${ESCAPE}(?:\[[0-?]*[ -/]*[@-~]|[^[])|(?![\t\n])\p{Cc}`,
  'gu',
);

/**
 * A guest's console, line by line with the lab's clock: written to a file as `<ns> <text>`, told
 * to listeners at once, and its last lines kept.
 */
export class ConsoleLog {
  readonly #clock: Clock;
  readonly #file: WriteStream;
  readonly #decoder = new StringDecoder('utf8');
  readonly #listeners = new Set<(line: ConsoleLine) => void>();
  readonly #last: string[] = [];
  readonly #tooMuch: () => void;
  #partial = '';
  #written = 0;
  #failure: Error | undefined;

  private constructor(file: WriteStream, clock: Clock, tooMuch: () => void) {
    this.#clock = clock;
    this.#tooMuch = tooMuch;
    this.#file = file;
    this.#file.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /**
   * Begins a console's file, replacing an older one.
   *
   * @param tooMuch is called once when 64 MiB are reached; nothing is written any more then
   * @throws VmError when it cannot be written
   */
  static async open(
    path: string,
    clock: Clock,
    tooMuch: () => void = () => undefined,
  ): Promise<ConsoleLog> {
    try {
      const file = await open(path, 'w', 0o644);
      return new ConsoleLog(file.createWriteStream(), clock, tooMuch);
    } catch (error) {
      throw new VmError(`The console cannot be written to ${path}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Takes bytes as they come from the serial port. */
  push(bytes: Buffer): void {
    this.#partial += this.#decoder.write(bytes);
    for (let end = this.#partial.indexOf('\n'); end >= 0; end = this.#partial.indexOf('\n')) {
      this.#take(this.#partial.slice(0, end));
      this.#partial = this.#partial.slice(end + 1);
    }
    while (this.#partial.length > MAX_LINE) {
      this.#take(this.#partial.slice(0, MAX_LINE));
      this.#partial = this.#partial.slice(MAX_LINE);
    }
  }

  /** Listens to lines until the returned function is called. */
  onLine(listener: (line: ConsoleLine) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The last lines, oldest first. */
  lastLines(count: number): string[] {
    return this.#last.slice(-count);
  }

  /**
   * Writes what is left and closes the file.
   *
   * @throws the error of the file system, when a line could not be written
   */
  async close(): Promise<void> {
    const rest = this.#partial + this.#decoder.end();
    this.#partial = '';
    if (rest.trim() !== '') this.#take(rest);
    await new Promise<void>((resolve) => {
      if (this.#file.destroyed) resolve();
      else this.#file.once('close', resolve).end();
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  #write(line: string): void {
    if (this.#failure !== undefined || this.#written > MAX_BYTES) return;
    this.#written += line.length;
    this.#file.write(line);
    if (this.#written > MAX_BYTES) this.#tooMuch();
  }

  #take(raw: string): void {
    const text = raw.replace(CONTROL, '').trimEnd();
    const line = { t: this.#clock.now(), text };
    this.#last.push(text);
    if (this.#last.length > KEPT_LINES) this.#last.shift();
    this.#write(`${line.t} ${text}\n`);
    for (const listener of this.#listeners) listener(line);
  }
}

/** What a console line says about the kernel's health. */
export type KernelTrouble = 'panic' | 'bug' | 'warning' | 'stall';

const TROUBLES: readonly [KernelTrouble, RegExp][] = [
  ['panic', /Kernel panic - not syncing/],
  [
    'bug',
    /\bBUG: (?!soft lockup|workqueue lockup)|kernel BUG at|general protection fault|\bOops\b|Unable to handle kernel|UBSAN:|KASAN:|KFENCE: |possible recursive locking|possible circular locking|INFO: task .* blocked for more than/,
  ],
  ['warning', /\bWARNING: |suspicious RCU usage/],
  [
    'stall',
    /soft lockup|hard LOCKUP|workqueue lockup|rcu.*detected.*stall|clocksource: .*(unstable|skewed)/i,
  ],
];

/** Whether a console line tells of trouble of the kernel, and which. */
export function kernelTrouble(text: string): KernelTrouble | undefined {
  return TROUBLES.find(([, pattern]) => pattern.test(text))?.[0];
}
