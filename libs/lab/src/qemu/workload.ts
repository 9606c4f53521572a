import type { LabEvent, PlanWorkload } from '@fenceline/contracts';
import type { GuestProcess, Vm } from '@fenceline/vm';
import { readFioResult } from './fio-result.js';

const stepTimeoutMs = 20_000;

type WorkloadEnd = Omit<Extract<LabEvent, { kind: 'workload-end' }>, 't'>;

export interface WorkloadResult {
  end: WorkloadEnd;
  /** Why fio itself could not do its work; null where it could. */
  failure: string | null;
  /** fio's JSON and what it said on its standard error. */
  output: string;
  log: string;
}

/** A job that runs in a host. */
export interface WorkloadRun {
  readonly workload: PlanWorkload;
  /** Asks it to end: it submits nothing more and waits for what is in flight. */
  stop(): Promise<void>;
  /** Waits for its end. */
  result(): Promise<WorkloadResult>;
}

/** A fio job that runs in a host. */
export class RunningWorkload implements WorkloadRun {
  private stopped = false;

  private constructor(
    private readonly vm: Vm,
    readonly workload: PlanWorkload,
    private readonly process: GuestProcess,
    private readonly outputPath: string,
  ) {}

  /** Starts a workload on the host's multipath device. */
  static async start(vm: Vm, workload: PlanWorkload, device: string): Promise<RunningWorkload> {
    const outputPath = `/tmp/workload-${workload.name}.json`;
    const argv = [
      ...workload.argv,
      `--filename=/dev/${device}`,
      '--output-format=json',
      `--output=${outputPath}`,
    ];
    return new RunningWorkload(vm, workload, await vm.agent.spawn(argv), outputPath);
  }

  /** Asks fio to end as Ctrl-C does: it submits nothing more and waits for what is in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.process.signal('INT');
  }

  /** Waits for the end of fio and reads its result. */
  async result(): Promise<WorkloadResult> {
    const exit = await this.process.wait();
    // A fio that did not start has written no result: its log says why.
    const read = await this.vm.agent.exec(['cat', this.outputPath], { timeoutMs: stepTimeoutMs });
    const { exitCode, signal } = exit;
    const output = read.stdout;
    const log = `${exit.stdout}${exit.stderr}`;
    const { broken, ...result } = readFioResult({ exitCode, signal, output, log });
    const end: WorkloadEnd = {
      kind: 'workload-end',
      host: this.vm.name,
      job: this.workload.name,
      exitCode,
      stopped: this.stopped,
      ...result,
    };
    return { end, failure: broken ? (result.message ?? 'fio failed') : null, output, log };
  }
}
