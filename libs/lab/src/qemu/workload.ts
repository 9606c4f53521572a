import type { LabEvent, PlanWorkload } from '@fenceline/contracts';
import type { GuestProcess, GuestResult, Vm } from '@fenceline/vm';
import { z } from 'zod';

const stepTimeoutMs = 20_000;

/** What we read of fio's own JSON. */
const fioResultSchema = z.object({
  jobs: z.array(
    z.object({
      error: z.int(),
      total_err: z.int().optional(),
      read: z.object({ clat_ns: z.object({ max: z.number() }) }).optional(),
      write: z.object({ clat_ns: z.object({ max: z.number() }) }).optional(),
    }),
  ),
});

type WorkloadEnd = Omit<Extract<LabEvent, { kind: 'workload-end' }>, 't'>;

export interface WorkloadResult {
  end: WorkloadEnd;
  /** Why there is no result of fio's to read: it did not start, or died; null where there is one. */
  failure: string | null;
  /** fio's JSON and what it said on its standard error. */
  output: string;
  log: string;
}

/** A fio job that runs in a host. */
export class RunningWorkload {
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
    const output = read.stdout;
    const log = `${exit.stdout}${exit.stderr}`;
    const end = this.describeEnd(exit, output, log);
    return {
      end,
      failure: end.worstLatencyNs === null ? (end.message ?? null) : null,
      output,
      log,
    };
  }

  private describeEnd(exit: GuestResult, output: string, log: string): WorkloadEnd {
    const { exitCode, signal } = exit;
    const end = {
      kind: 'workload-end' as const,
      host: this.vm.name,
      job: this.workload.name,
      exitCode,
      stopped: this.stopped,
    };
    const parsed = fioResultSchema.safeParse(parseFioJson(output));
    if (!parsed.success) {
      const how = exitCode === null ? `signal ${signal ?? '?'}` : `exit code ${exitCode}`;
      const said = log.trim().slice(-500) || z.prettifyError(parsed.error);
      const message = `fio ended with ${how} and left no result: ${said}`;
      return { ...end, errors: 0, worstLatencyNs: null, message };
    }
    const { jobs } = parsed.data;
    const errors = jobs.reduce(
      (sum, job) => sum + Math.max(job.total_err ?? 0, job.error ? 1 : 0),
      0,
    );
    const worst = Math.max(
      ...jobs.flatMap((job) => [job.read?.clat_ns.max ?? 0, job.write?.clat_ns.max ?? 0]),
    );
    return {
      ...end,
      errors,
      worstLatencyNs: Math.round(worst),
      ...(errors > 0 ? { message: log.trim().slice(-500) } : {}),
    };
  }
}

/** fio may print remarks before its JSON object. */
function parseFioJson(text: string): unknown {
  try {
    return JSON.parse(text.slice(Math.max(0, text.indexOf('{'))));
  } catch {
    return undefined;
  }
}
