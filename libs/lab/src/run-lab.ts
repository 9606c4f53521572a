import { EvidenceWriter } from '@fenceline/evidence';
import type { LabEvent } from '@fenceline/contracts';
import { NS_PER_MS } from '@fenceline/contracts';
import { GuestGone, GuestNotReady } from '@fenceline/vm';
import { setTimeout as delay } from 'node:timers/promises';
import { LabClock } from './lab-clock.js';
import { GuestPanicked, LabError, LabTimeout } from './lab-error.js';
import type { FromLab, LabEnded, LabPhase, LabRequest } from './messages.js';
import { QemuLab } from './qemu/qemu-lab.js';
import { StallRecorder } from './stall-recorder.js';
import { runTimeline } from './timeline/run-timeline.js';

/** How long after a guest is gone its QEMU may take to end. */
const reasonComesWithinMs = 1000;

/** How long after its own time a workload may still write, where nothing holds it. */
const overtimeMs = 10_000;

/**
 * Runs one lab from an empty folder to a sealed recording.
 *
 * Whatever happens, every VM, socket and working folder is gone when it returns, and what was recorded is
 * readable: sealed where the lab came to its end, marked incomplete where it did not.
 *
 * @param stop aborts the lab; what was recorded is kept
 */
export async function runLab(
  request: LabRequest,
  tell: (message: FromLab) => void,
  stop: AbortSignal,
): Promise<LabEnded> {
  const run = new LabRun(request, tell, stop);
  return run.toTheEnd();
}

class LabRun {
  private readonly clock = new LabClock();
  private readonly durationMs: LabEnded['durationMs'] = {};
  private readonly failed = new AbortController();
  private readonly signal: AbortSignal;
  private evidence: EvidenceWriter | null = null;
  private lab: QemuLab | null = null;
  private stalls: StallRecorder | null = null;

  constructor(
    private readonly request: LabRequest,
    private readonly tell: (message: FromLab) => void,
    private readonly stop: AbortSignal,
  ) {
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
      await delay(reasonComesWithinMs, undefined, { signal: this.signal }).catch(() => undefined);
    }
    this.failed.abort(error);
  }

  private async experiment(): Promise<void> {
    const { plan } = this.request;
    const { bounds } = plan.scenario;
    this.evidence = await this.createEvidence();
    this.stalls = new StallRecorder(this.clock, (t, ns) => this.record({ t, kind: 'stall', ns }));
    const lab = await QemuLab.create(this.request, {
      clock: this.clock,
      evidence: this.evidence,
      record: (event) => this.record(event),
      fail: (error) => void this.fail(error),
      status: (text) => this.tell({ type: 'status', t: this.clock.now(), text }),
      signal: this.signal,
    });
    this.lab = lab;
    // Every VM has the bound of its own, so that the one which misses it shows its console.
    await this.phase('boot', `${plan.hosts.length + plan.nodes.length} VMs`, null, () =>
      lab.boot(),
    );
    await this.phase('configure', 'targets and hosts', bounds.bootMs, () => lab.configure());
    await this.phase('connect', `${plan.links.length} paths`, bounds.connectMs, () =>
      lab.connect(),
    );
    await this.phase('workload', 'writers and timeline', bounds.runMs, () => this.workload(lab));
    await this.phase('drain', 'until nothing is on its way', null, () => lab.drain(bounds.drainMs));
    await this.phase('read-back', 'every written block', null, () => lab.readBack());
  }

  /** Runs the timeline beside the workload, until both have ended. */
  private async workload(lab: QemuLab): Promise<void> {
    const startedAt = await lab.startWorkloads();
    const allFired = await runTimeline(
      this.request.plan.steps,
      {
        clock: this.clock,
        awaitEvent: (event, signal) => lab.observations.await(event, signal),
        perform: (action) => lab.perform(action),
        record: (event) => this.record(event),
      },
      startedAt,
      this.signal,
    );
    // The experiment did not come about: what it holds must not keep the writers from their end.
    if (!allFired) lab.endWorkloads();
    await this.workloadsEnded(lab, startedAt);
  }

  /** Waits for the workloads. One that is long overdue waits for what a fault holds, and which nothing will release. */
  private async workloadsEnded(lab: QemuLab, startedAt: number): Promise<void> {
    const runtimeMs = Math.max(...this.request.plan.workloads.map((it) => it.runtimeMs));
    const sinceMs = (this.clock.now() - startedAt) / NS_PER_MS;
    const overdue = setTimeout(() => lab.endWorkloads(), runtimeMs + overtimeMs - sinceMs);
    try {
      await lab.workloadsEnded();
    } finally {
      clearTimeout(overdue);
    }
  }

  private async phase(
    phase: LabPhase,
    detail: string,
    boundMs: number | null,
    work: () => Promise<void>,
  ): Promise<void> {
    const startedAt = this.clock.now();
    this.tell({ type: 'phase', phase, t: startedAt, detail });
    this.record({ t: startedAt, kind: 'phase', phase });
    try {
      await this.orStopped(work(), phase, boundMs);
    } finally {
      this.durationMs[phase] = Math.round((this.clock.now() - startedAt) / NS_PER_MS);
    }
  }

  /** Waits for work, but no longer than its bound and not beyond a stop. */
  private async orStopped(
    work: Promise<void>,
    phase: LabPhase,
    boundMs: number | null,
  ): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let stopped: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        work.then(resolve, reject);
        stopped = () => reject(this.signal.reason as Error);
        if (this.signal.aborted) stopped();
        this.signal.addEventListener('abort', stopped, { once: true });
        if (boundMs === null) return;
        const late = () =>
          reject(
            new LabTimeout(
              `the phase "${phase}" did not end within its bound of ${boundMs / 1000} s`,
            ),
          );
        timer = setTimeout(late, boundMs);
      });
    } finally {
      clearTimeout(timer);
      if (stopped) this.signal.removeEventListener('abort', stopped);
    }
  }

  /** Ends VMs and instruments, then the recording; returns the failure to report, or null. */
  private async teardown(failure: unknown): Promise<unknown> {
    const startedAt = this.clock.now();
    const detail = 'VMs, captures, seal';
    const failed = !canBeJudged(failure);
    this.tell({ type: 'phase', phase: 'teardown', t: startedAt, detail, failed });
    // Hosts whose QEMU ends here gave nothing up.
    this.record({ t: startedAt, kind: 'phase', phase: 'teardown' });
    let outcome = failure;
    try {
      await this.lab?.close();
    } catch (error) {
      outcome ??= error;
    }
    this.stalls?.stop();
    try {
      await this.endRecording(outcome);
    } catch (error) {
      outcome ??= error;
    }
    this.durationMs.teardown = Math.round((this.clock.now() - startedAt) / NS_PER_MS);
    return outcome;
  }

  private async endRecording(failure: unknown): Promise<void> {
    if (!this.evidence) return;
    if (canBeJudged(failure)) {
      this.record({ t: this.clock.now(), kind: 'end' });
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

  private createEvidence(): Promise<EvidenceWriter> {
    const { plan, artifacts, scenarioText, evidenceDir } = this.request;
    return EvidenceWriter.create(evidenceDir, {
      manifest: {
        scenario: plan.scenario.name,
        seed: plan.seed,
        startedAt: new Date(this.clock.startedAtMs).toISOString(),
        fencelineVersion: artifacts.fencelineVersion,
        machine: artifacts.machine,
        kernels: Object.fromEntries(
          Object.entries(artifacts.kernels).map(([vm, { name, release, sha256, capabilities }]) => [
            vm,
            {
              name,
              version: release,
              sha256,
              capabilities,
              detectors: artifacts.detectors[vm] ?? [],
            },
          ]),
        ),
        images: Object.fromEntries(
          Object.entries(artifacts.images).map(([vm, image]) => [vm, image.sha256]),
        ),
        guestPackages: Object.fromEntries(
          Object.values(artifacts.images).flatMap(({ packages }) =>
            packages.map(({ name, version }) => [name, version]),
          ),
        ),
      },
      scenario: scenarioText,
      plan,
      onError: (error) => this.failed.abort(new LabError(error.message)),
    });
  }
}

/** Whether the recording tells the whole story, as far as it went. */
function canBeJudged(failure: unknown): boolean {
  return failure === null || failure instanceof GuestPanicked;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
