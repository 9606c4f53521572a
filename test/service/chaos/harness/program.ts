import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ProgramOptions {
  /** Module that Node runs. */
  module: string;
  environment: Record<string, string>;
  /** What comes before `node` on the command line, e.g. to enter a network. */
  prefix?: readonly string[];
}

/** A process of the service, and how it is ended in order or at once. */
export class Program {
  private lines = '';
  private told = false;

  private constructor(
    private readonly child: ChildProcess,
    /** Settles when the process is gone. */
    readonly gone: Promise<void>,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.lines = (this.lines + text).slice(-16_384);
    });
  }

  /**
   * Starts it, and waits until it has said that it is there by one line of JSON.
   *
   * @throws Error with its last words where it ends before
   */
  static async start({
    module,
    environment,
    prefix = [],
  }: ProgramOptions): Promise<{ program: Program; ready: Record<string, string> }> {
    const [command, ...args] = [...prefix, process.execPath, module];
    const child = spawn(command, args, {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const gone = once(child, 'exit').then(() => undefined);
    const program = new Program(child, gone);
    const line = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([text]: string[]) => text),
      gone,
    ]);
    if (line === undefined) throw new Error(`${module} did not start: ${program.lastWords}`);
    return { program, ready: JSON.parse(line) as Record<string, string> };
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The end of what it wrote to stderr. */
  get lastWords(): string {
    return this.lines.trim();
  }

  /** It ended although nobody had told it to. */
  get endedByItself(): boolean {
    return !this.alive && !this.told;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.child.kill(signal);
  }

  /** Ends it, and waits until it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.alive) this.told = true;
    this.signal(signal);
    await this.gone;
  }
}
