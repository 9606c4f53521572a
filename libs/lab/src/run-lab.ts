import type { LabEvent, Plan, Scheduler } from '@fenceline/contracts';
import { NS_PER_MS } from '@fenceline/contracts';
import { GuestGone, GuestNotReady } from '@fenceline/vm';
import type { Evidence } from './evidence.js';
import type { LabContext, LabDriver } from './lab-driver.js';
import { GuestPanicked, LabTimeout } from './lab-error.js';
import type { LabTime } from './lab-time.js';
import type { FromLab, LabEnded, LabPhase } from './messages.js';
import { runTimeline } from './timeline/run-timeline.js';

/** How long after a guest is gone its QEMU may take to end. */
const reasonComesWithinNs = 1000 * NS_PER_MS;

/** How long after its own time a workload may still write, where nothing holds it. */
const overtimeMs = 10_000;

/** One lab, not opened yet. */
export interface LabSetup<Sink extends Evidence> {
  plan: Plan;
  time: LabTime;
  /** @param failed is told of what could not be written */
  createEvidence(failed: (error: Error) => void): Promise<Sink>;
  openDriver(context: LabContext<Sink>): Promise<LabDriver>;
}

/**
 * Runs one lab to the end of its recording.
 *
 * Whatever happens, all that its driver opened and started is gone when it returns, and what was recorded is
 * readable: sealed where the lab came to its end, marked incomplete where it did not.
 *
 * @param stop aborts the lab; what was recorded is kept
 */
export async function runLab<Sink extends Evidence>(
  setup: LabSetup<Sink>,
  tell: (message: FromLab) => void,
  stop: AbortSignal,
): Promise<LabEnded> {
  const run = new LabRun(setup, tell, stop);
  return run.toTheEnd();
}

class LabRun<Sink extends Evidence> {
  private readonly scheduler: Scheduler;
  private readonly durationMs: LabEnded['durationMs'] = {};
  private readonly failed = new AbortController();
  private readonly signal: AbortSignal;
  private evidence: Sink | null = null;
  private driver: LabDriver | null = null;

  constructor(
    private readonly setup: LabSetup<Sink>,
    private readonly tell: (message: FromLab) => void,
    private readonly stop: AbortSignal,
  ) {
    this.scheduler = setup.time.scheduler;
    this.signal = AbortSignal.any([stop, this.failed.signal]);
  }

  async toTheEnd(): Promise<LabEnded> {
    let failure: unknown = null;
    try {
      await this.experiment();
    } catch (error) {
      await this.fail(error);
      failure = this.failed.signal.reason;
    }
    failure = await this.teardown(failure);
    return this.describeEnd(failure);
  }

  /** The first failure counts. That a guest is gone says little: its VM tells why, a moment later. */
  private async fail(error: unknown): Promise<void> {
    if (error instanceof GuestGone && !this.signal.aborted) {
      const t = this.scheduler.now() + reasonComesWithinNs;
      await this.setup.time
        .pass<null>((done) => this.scheduler.at(t, () => done(null)), this.signal)
        .catch(() => undefined);
    }
    this.failed.abort(error);
  }

  private async experiment(): Promise<void> {
    const { plan, time } = this.setup;
    const { bounds } = plan.scenario;
    this.evidence = await this.setup.createEvidence((error) => this.failed.abort(error));
    const driver = await this.setup.openDriver({
      time,
      evidence: this.evidence,
      record: (event) => this.record(event),
      fail: (error) => void this.fail(error),
      status: (text) => this.tell({ type: 'status', t: this.scheduler.now(), text }),
      glimpse: (glimpse) => this.tell({ type: 'glimpse', glimpse }),
      signal: this.signal,
    });
    this.driver = driver;
    // Every VM has the bound of its own, so that the one which misses it shows its console.
    await this.phase('boot', `${plan.hosts.length + plan.nodes.length} VMs`, null, () =>
      driver.boot(),
    );
    await this.phase('configure', 'targets and hosts', bounds.bootMs, () => driver.configure());
    await this.phase('connect', `${plan.links.length} paths`, bounds.connectMs, () =>
      driver.connect(),
    );
    await this.phase('workload', 'writers and timeline', bounds.runMs, () => this.workload(driver));
    await this.phase('drain', 'until nothing is on its way', null, () =>
      driver.drain(bounds.drainMs),
    );
    await this.phase('read-back', 'every written block', null, () => driver.readBack());
  }

  /** Runs the timeline beside the workload, until both have ended. */
  private async workload(driver: LabDriver): Promise<void> {
    const { plan, time } = this.setup;
    const startedAt = await driver.startWorkloads();
    const lab = {
      scheduler: this.scheduler,
      awaitEvent: driver.observations.await.bind(driver.observations),
      perform: driver.perform.bind(driver),
      record: (event: LabEvent) => this.record(event),
    };
    const allFired = await time.pass<boolean>(
      (done) => runTimeline(plan.steps, lab, startedAt, done),
      this.signal,
    );
    // The experiment did not come about: what it holds must not keep the writers from their end.
    if (!allFired) driver.endWorkloads();
    await this.workloadsEnded(driver, startedAt);
  }

  /** Waits for the workloads. One that is long overdue waits for what a fault holds, and which nothing will release. */
  private async workloadsEnded(driver: LabDriver, startedAt: number): Promise<void> {
    const runtimeMs = Math.max(...this.setup.plan.workloads.map((it) => it.runtimeMs));
    const overdueAt = startedAt + (runtimeMs + overtimeMs) * NS_PER_MS;
    const cancel = this.scheduler.at(overdueAt, () => driver.endWorkloads());
    try {
      await driver.workloadsEnded();
    } finally {
      cancel();
    }
  }

  private async phase(
    phase: LabPhase,
    detail: string,
    boundMs: number | null,
    work: () => Promise<void>,
  ): Promise<void> {
    const startedAt = this.scheduler.now();
    this.tell({ type: 'phase', phase, t: startedAt, detail });
    this.record({ t: startedAt, kind: 'phase', phase });
    try {
      await this.orStopped(work, phase, boundMs);
    } finally {
      this.durationMs[phase] = Math.round((this.scheduler.now() - startedAt) / NS_PER_MS);
    }
  }

  /** Waits for work, but no longer than its bound and not beyond a stop. */
  private async orStopped(
    work: () => Promise<void>,
    phase: LabPhase,
    boundMs: number | null,
  ): Promise<void> {
    const late = (): void =>
      this.failed.abort(
        new LabTimeout(`the phase "${phase}" did not end within its bound of ${boundMs! / 1000} s`),
      );
    const cancel =
      boundMs === null
        ? undefined
        : this.scheduler.at(this.scheduler.now() + boundMs * NS_PER_MS, late);
    let stopped: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        stopped = () => reject(this.signal.reason as Error);
        this.signal.addEventListener('abort', stopped, { once: true });
        if (this.signal.aborted) stopped();
        else work().then(resolve, reject);
      });
    } finally {
      cancel?.();
      if (stopped) this.signal.removeEventListener('abort', stopped);
    }
  }

  /** Ends VMs and instruments, then the recording; returns the failure to report, or null. */
  private async teardown(failure: unknown): Promise<unknown> {
    const startedAt = this.scheduler.now();
    const detail = 'VMs, captures, seal';
    const failed = !canBeJudged(failure);
    this.tell({ type: 'phase', phase: 'teardown', t: startedAt, detail, failed });
    // Hosts whose QEMU ends here gave nothing up.
    this.record({ t: startedAt, kind: 'phase', phase: 'teardown' });
    let outcome = failure;
    try {
      await this.driver?.close();
    } catch (error) {
      outcome ??= error;
    }
    try {
      await this.endRecording(outcome);
    } catch (error) {
      outcome ??= error;
    }
    this.durationMs.teardown = Math.round((this.scheduler.now() - startedAt) / NS_PER_MS);
    return outcome;
  }

  private async endRecording(failure: unknown): Promise<void> {
    if (!this.evidence) return;
    if (canBeJudged(failure)) {
      this.record({ t: this.scheduler.now(), kind: 'end' });
      await this.evidence.seal();
    } else {
      await this.evidence.abandon(messageOf(failure));
    }
  }

  private describeEnd(failure: unknown): LabEnded {
    const end = { type: 'ended' as const, durationMs: this.durationMs };
    if (canBeJudged(failure)) return { ...end, outcome: 'recorded' };
    const message = messageOf(failure);
    if (failure instanceof LabTimeout || failure instanceof GuestNotReady)
      return { ...end, outcome: 'timeout', message };
    if (failure === this.stop.reason) return { ...end, outcome: 'cancelled', message };
    return { ...end, outcome: 'error', message };
  }

  private record(event: LabEvent): void {
    this.evidence?.event(event);
    if (event.kind !== 'stall' && event.kind !== 'vm-schedule') this.tell({ type: 'event', event });
  }
}

/** Whether the recording tells the whole story, as far as it went. */
function canBeJudged(failure: unknown): boolean {
  return failure === null || failure instanceof GuestPanicked;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
