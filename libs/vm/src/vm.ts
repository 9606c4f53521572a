import type { Clock } from '@fenceline/contracts';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { howToInstall } from './command.js';
import { confinement } from './confinement.js';
import type { ConsoleLine, KernelTrouble } from './console-log.js';
import { ConsoleLog, kernelTrouble } from './console-log.js';
import { GuestAgent } from './guest-agent.js';
import type { KernelImage } from './kernel-registry.js';
import type { Accelerator, DiskOptions, NicOptions } from './qemu-command.js';
import { qemuArguments } from './qemu-command.js';
import { qemuUser } from './qemu-user.js';
import { QmpClient } from './qmp-client.js';
import { codeOf, GuestNotReady, messageOf, VmError } from './vm-error.js';
import { awaitConnection } from './vm-sockets.js';

/** What a VM is made of. */
export interface VmOptions {
  name: string;
  kernel: KernelImage;
  /** Path of a guest image. */
  initrd: string;
  memoryMb: number;
  nics: readonly NicOptions[];
  disks: readonly DiskOptions[];
  /** Further arguments for the guest's kernel; `MODULE.PARAMETER=VALUE` reaches modules too. */
  appendArgs: readonly string[];
  /** File that gets the console, `<ns> <text>` a line. */
  consolePath: string;
  clock: Clock;
  accelerator: Accelerator;
  /** A run folder, for the sockets of monitor and agent. */
  runDir: string;
}

/** How a VM ended. */
export interface VmExit {
  /** `asked`: we ended it; `panic`: its kernel panicked; `died`: anything else. */
  reason: 'asked' | 'panic' | 'died';
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** One sentence for people. */
  message: string;
}

/** Lines of the console that a failure shows. */
const SHOWN_LINES = 40;
/** Bound for QEMU to come up to its monitor. It opens its disks and sockets before. */
const MONITOR_MS = 15_000;
/** Bound for QEMU to end when it was asked to; then it is killed. */
const QUIT_MS = 1_000;
/** The most of QEMU's stderr that is kept. */
const STDERR_KEPT = 16_384;
const QEMU = 'qemu-system-x86_64';
/**
 * Guests yield to the process that records them: it then forwards frames, and stamps their times, without
 * waiting for a turn of the processor.
 */
const BELOW_THE_RECORDER = ['nice', '-n', '10'];
/** Numbers under which QEMU finds the open kernel and guest image. */
const KERNEL_FD = 3;
const INITRD_FD = 4;

/**
 * Starts a VM and gives it back as soon as QEMU runs and its monitor answers; {@link Vm.ready}
 * waits for the guest.
 *
 * @throws VmError when QEMU is missing or does not start, with what it said
 */
export async function launchVm(options: VmOptions): Promise<Vm> {
  return await Vm.launch(options);
}

/** A running QEMU, its guest and the ways to both. It ends when this process does, however that ends. */
export class Vm {
  readonly name: string;
  /** Number of the QEMU process. */
  readonly pid: number;
  /** The way into the guest; usable once {@link ready} has been waited for. */
  readonly agent: GuestAgent;
  readonly qmp: QmpClient;
  /** Settles when QEMU has ended and the console is written; never rejects. */
  readonly exited: Promise<VmExit>;
  /**
   * The program and arguments that were started, with the paths of kernel and image in the place of the
   * descriptors by which QEMU got them.
   */
  readonly commandLine: readonly string[];
  readonly #process: ChildProcess;
  readonly #console: ConsoleLog;
  readonly #state: LaunchState;

  private constructor(parts: {
    name: string;
    pid: number;
    agent: GuestAgent;
    qmp: QmpClient;
    exited: Promise<VmExit>;
    commandLine: readonly string[];
    process: ChildProcess;
    console: ConsoleLog;
    state: LaunchState;
  }) {
    this.name = parts.name;
    this.pid = parts.pid;
    this.agent = parts.agent;
    this.qmp = parts.qmp;
    this.exited = parts.exited;
    this.commandLine = parts.commandLine;
    this.#process = parts.process;
    this.#console = parts.console;
    this.#state = parts.state;
  }

  /** See {@link launchVm}. */
  static async launch(options: VmOptions): Promise<Vm> {
    const { name } = options;
    const user = qemuUser();
    const confined = await confinement(options.accelerator, options.memoryMb);
    // Checked as a whole before anything is made.
    const command = (kernel: string, initrd: string): string[] => [
      ...confined,
      ...BELOW_THE_RECORDER,
      QEMU,
      ...qemuArguments({
        ...options,
        kernel,
        initrd,
        qmpSocket: join(options.runDir, `${name}.qmp`),
        agentSocket: join(options.runDir, `${name}.ga`),
      }),
    ];
    const started = command(`/proc/self/fd/${KERNEL_FD}`, `/proc/self/fd/${INITRD_FD}`);
    const commandLine = command(options.kernel.boot, options.initrd);
    const cleanUps: (() => Promise<void>)[] = [];
    try {
      const monitor = await awaitConnection(join(options.runDir, `${name}.qmp`), user);
      cleanUps.push(() => monitor.close());
      const agentPort = await awaitConnection(join(options.runDir, `${name}.ga`), user);
      cleanUps.push(() => agentPort.close());
      const kernel = await openInput(options.kernel.boot, 'kernel');
      cleanUps.push(() => kernel.close());
      const initrd = await openInput(options.initrd, 'guest image');
      cleanUps.push(() => initrd.close());

      let kill = (): void => undefined;
      const state: LaunchState = { asked: false, panicLine: undefined, flooded: false, stderr: '' };
      const console = await ConsoleLog.open(options.consolePath, options.clock, () => {
        state.flooded = true;
        kill();
      });
      const process = spawn(started[0]!, started.slice(1), {
        // QEMU opens kernel and image through our descriptors, wherever the cache folder lies.
        stdio: ['ignore', 'pipe', 'pipe', kernel.fd, initrd.fd],
        env: { PATH: globalThis.process.env['PATH'], LC_ALL: 'C' },
        cwd: '/',
        // A session of its own: Ctrl-C is for us, who end it in order. It still dies with us.
        detached: true,
      });
      kill = () => void process.kill('SIGKILL');
      const exited = watch(name, process, console, state);
      const sockets = Promise.all([monitor.connected, agentPort.connected]);
      const first = await Promise.race([sockets, exited, bound(MONITOR_MS)]);
      if (first === undefined || !Array.isArray(first)) {
        process.kill('SIGKILL');
        const exit = await exited;
        throw new VmError(
          first === undefined
            ? `QEMU of ${name} did not come up within ${MONITOR_MS} ms. ${state.stderr.trim()}`.trim()
            : exit.message,
          { consoleLines: console.lastLines(SHOWN_LINES) },
        );
      }
      const [monitorSocket, agentSocket] = first;
      const qmp = new QmpClient(name, monitorSocket);
      const agent = new GuestAgent(name, agentSocket);
      void exited.then(() => {
        qmp.close();
        agent.close();
      });
      const vm = new Vm({
        name,
        pid: process.pid!,
        agent,
        qmp,
        exited,
        commandLine,
        process,
        console,
        state,
      });
      try {
        await qmp.negotiate();
      } catch (error) {
        // A QEMU that died says why; its monitor's end is noticed a moment before its own.
        const exit = await Promise.race([exited, bound(QUIT_MS)]);
        if (exit !== undefined) throw vm.#failure('', exit);
        vm.kill();
        throw vm.#failure(messageOf(error), await exited);
      }
      return vm;
    } finally {
      // Both sockets are connected, or of no use; QEMU has its own copies of the descriptors.
      for (const cleanUp of cleanUps.reverse()) await cleanUp();
    }
  }

  /**
   * Waits until the guest's agent answers.
   *
   * @throws GuestNotReady with the last 40 lines of the console when the guest is not ready in time,
   *   VmError with them when it has ended before
   */
  async ready(timeoutMs: number): Promise<void> {
    const synchronized = this.agent.synchronize(timeoutMs).then(
      () => undefined,
      (error: unknown) => error,
    );
    const outcome = await Promise.race([synchronized, this.exited]);
    if (outcome === undefined) return;
    if (isExit(outcome)) throw this.#failure('', outcome);
    // A dying QEMU closes the agent's socket first: the reason comes a moment later.
    const exit = await Promise.race([this.exited, bound(QUIT_MS)]);
    throw exit === undefined
      ? new GuestNotReady(`${this.name} was not ready within ${timeoutMs} ms.`, {
          cause: outcome,
          consoleLines: this.lastConsoleLines(SHOWN_LINES),
        })
      : this.#failure('', exit);
  }

  /** Listens to the console's lines, with the lab's time, until the returned function is called. */
  onConsole(listener: (line: ConsoleLine) => void): () => void {
    return this.#console.onLine(listener);
  }

  /** Listens to console lines that tell of a panic, bug, warning or stall of the kernel. */
  onTrouble(listener: (trouble: KernelTrouble, line: ConsoleLine) => void): () => void {
    return this.#console.onLine((line) => {
      const trouble = kernelTrouble(line.text);
      if (trouble !== undefined) listener(trouble, line);
    });
  }

  /** The last lines of the console, oldest first. */
  lastConsoleLines(count: number): string[] {
    return this.#console.lastLines(count);
  }

  /**
   * Ends QEMU at once, without a word to the guest, and waits until it has ended. Its disks are the
   * backend's: nothing is lost here.
   */
  async shutdown(): Promise<VmExit> {
    this.#state.asked = true;
    const quit = this.qmp.execute('quit', {}, QUIT_MS).catch(() => undefined);
    const exit = await Promise.race([this.exited, quit.then(() => bound(QUIT_MS))]);
    if (exit !== undefined) return exit;
    this.#process.kill('SIGKILL');
    return await this.exited;
  }

  /** Kills QEMU as a power cut would; {@link exited} tells when it is gone. */
  kill(): void {
    this.#state.asked = true;
    this.#process.kill('SIGKILL');
  }

  #failure(message: string, exit: VmExit): VmError {
    return new VmError([exit.message, message].filter(Boolean).join(' '), {
      consoleLines: this.lastConsoleLines(SHOWN_LINES),
    });
  }
}

/** What is known of a VM before it has ended. */
interface LaunchState {
  /** Whether we ended it. */
  asked: boolean;
  panicLine: string | undefined;
  /** Whether its console had to be cut. */
  flooded: boolean;
  stderr: string;
}

function isExit(value: unknown): value is VmExit {
  return (
    typeof value === 'object' && value !== null && 'reason' in value && !(value instanceof Error)
  );
}

async function openInput(path: string, what: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new VmError(`The ${what} ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Settles with undefined after a time; keeps no process alive. */
async function bound(ms: number): Promise<undefined> {
  await delay(ms, undefined, { ref: false });
  return undefined;
}

/** Reads the console and stderr of a starting QEMU and settles when it has ended. */
async function watch(
  name: string,
  process: ChildProcess,
  console: ConsoleLog,
  state: LaunchState,
): Promise<VmExit> {
  console.onLine(({ text }) => {
    if (kernelTrouble(text) === 'panic') state.panicLine ??= text;
  });
  process.stdout?.on('data', (chunk: Buffer) => console.push(chunk));
  process.stderr?.on('data', (chunk: Buffer) => {
    state.stderr = (state.stderr + chunk.toString()).slice(-STDERR_KEPT);
  });
  const { exitCode, signal, failure } = await new Promise<{
    exitCode: number | null;
    signal: NodeJS.Signals | null;
    failure?: Error;
  }>((resolve) => {
    process.once('error', (error) => resolve({ exitCode: null, signal: null, failure: error }));
    process.once('close', (code, by) => resolve({ exitCode: code, signal: by }));
  });
  let message = describeEnd(name, state, exitCode, signal, failure);
  await console.close().catch((error: unknown) => {
    message += ` Its console could not be written: ${messageOf(error)}.`;
  });
  const reason = state.asked
    ? 'asked'
    : state.panicLine === undefined || state.flooded
      ? 'died'
      : 'panic';
  return { reason, exitCode, signal, message };
}

function describeEnd(
  name: string,
  state: LaunchState,
  exitCode: number | null,
  signal: NodeJS.Signals | null,
  failure: Error | undefined,
): string {
  if (failure !== undefined) {
    return codeOf(failure) === 'ENOENT'
      ? `${name} cannot be started: prlimit or setpriv is missing. ${howToInstall('setpriv')}`
      : `${name} cannot be started: ${failure.message}`;
  }
  if (state.flooded) return `The console of ${name} said more than is kept, and it was ended.`;
  if (state.asked) return `${name} was ended.`;
  if (state.panicLine !== undefined) return `The kernel of ${name} panicked: ${state.panicLine}`;
  const said = state.stderr.trim();
  if (exitCode === 127 && said.includes(QEMU)) {
    return `${QEMU} is not installed. ${howToInstall(QEMU)}`;
  }
  // It is started with -no-reboot: a guest that resets ends it as well.
  if (exitCode === 0) return `The guest of ${name} reset or switched off its machine.`;
  const how = signal === null ? `with exit code ${exitCode ?? '?'}` : `by signal ${signal}`;
  return `QEMU of ${name} ended ${how} before it was asked to.${said === '' ? '' : ` It said: ${said}`}`;
}
