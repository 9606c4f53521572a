import { guestControlPort, type GuestAnswer } from '@fenceline/reference';
import type { GuestProcess, Vm } from '@fenceline/vm';
import { LabError } from '../lab-error.js';
import { runScript } from './guest.js';
import { awaitReady } from './guest-scripts.js';

/** Beyond the bound of the guest's own wait. */
const graceMs = 5_000;

/** Threads of the program that wait for the disk: what a fault holds must not keep others from their turn. */
const diskThreads = '256';

/** A program of ours that runs in a guest and is asked there, through the guest agent. */
export class GuestProgram {
  private constructor(
    private readonly vm: Vm,
    private readonly process: GuestProcess,
  ) {}

  /**
   * Starts a program with its configuration, and waits until it takes requests.
   *
   * @param name of the file in the guest image, e.g. `reference-node`
   * @param boundMs how long it may take to start: under emulation that is many times what it is elsewhere
   */
  static async start(
    vm: Vm,
    name: string,
    config: unknown,
    boundMs: number,
  ): Promise<GuestProgram> {
    const path = `/run/${name}.json`;
    await vm.agent.writeFile(path, JSON.stringify(config));
    const ready = `/run/${name}.ready`;
    await vm.agent.run(['mkfifo', ready]);
    const argv = ['node', `/usr/lib/fenceline/${name}.cjs`, path, ready];
    const env = { UV_THREADPOOL_SIZE: diskThreads };
    const process = await vm.agent.spawn(argv, { env });
    const program = new GuestProgram(vm, process);
    const args = [ready, String(Math.ceil(boundMs / 1000))];
    const started = runScript(vm, `the start of ${name}`, awaitReady, args, boundMs + graceMs);
    await Promise.race([started, program.lost()]);
    return program;
  }

  /** Rejects when the program ends; it has no reason to. */
  async lost(): Promise<never> {
    const { exitCode, stderr, stdout } = await this.process.wait();
    const said = (stderr.trim() || stdout.trim() || 'it said nothing').slice(-2000);
    throw new LabError(
      `${this.vm.name}: the program ended (exit ${exitCode ?? 'by signal'}): ${said}`,
    );
  }

  /**
   * Asks the program and waits for its answer.
   *
   * @throws LabError with the program's own words when it could not do it
   */
  async ask(request: { ask: string }, timeoutMs: number): Promise<unknown> {
    const { exitCode, stdout } = await this.vm.agent.exec(
      ['nc', '127.0.0.1', String(guestControlPort)],
      { timeoutMs, input: JSON.stringify(request) },
    );
    if (exitCode !== 0 || stdout === '')
      throw new LabError(`${this.vm.name}: the program does not answer ${request.ask}`);
    const answer = JSON.parse(stdout) as GuestAnswer<unknown>;
    if (!answer.ok) throw new LabError(`${this.vm.name}: ${request.ask}: ${answer.error}`);
    return answer.value;
  }
}
