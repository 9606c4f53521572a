import type { Backend } from '@fenceline/backend';
import { exportsOf, type Action, type Plan, type PlanLink } from '@fenceline/contracts';
import { layout, type EvidenceWriter } from '@fenceline/evidence';
import { Link, Pacer } from '@fenceline/fabric';
import {
  createRunFolder,
  launchVm,
  qemuUser,
  VmError,
  type RunFolder,
  type Vm,
  type VmExit,
} from '@fenceline/vm';
import { join } from 'node:path';
import type { LabClock } from '../lab-clock.js';
import { GuestPanicked, LabError } from '../lab-error.js';
import type { LabRequest } from '../messages.js';
import { openBackend } from '../open-backend.js';
import { Instruments } from '../instruments.js';
import type { LabContext, LabDriver } from '../lab-driver.js';
import { readBackBytes } from '../read-back-bytes.js';
import { StallRecorder } from '../stall-recorder.js';
import type { Observations } from '../timeline/observations.js';
import { configureArrayNode } from './array-node.js';
import { GuestClocks } from './guest-clocks.js';
import { configureHost, connectHost } from './host.js';
import { moduleParameters } from './module-parameters.js';
import { readBackThroughEachPath } from './read-back.js';
import { ScheduleRecorder } from './schedule-recorder.js';
import { RunningWorkload } from './workload.js';

/** Lines of the console that are shown when a VM is lost. */
const shownConsoleLines = 40;

/** Virtual machines live in the machine's time, and write into a folder. */
export interface QemuContext extends LabContext<EvidenceWriter> {
  clock: LabClock;
}

/** A lab of QEMU virtual machines, joined by our links, over our backend. */
export class QemuLab implements LabDriver {
  private readonly plan: Plan;
  private readonly links = new Map<string, Link>();
  private readonly pacer = new Pacer();
  private readonly vms = new Map<string, Vm>();
  private readonly devices = new Map<string, string>();
  private readonly workloads = new Map<string, RunningWorkload>();
  private readonly workloadEnds: Promise<void>[] = [];
  private readonly clocks: GuestClocks;
  private readonly instruments: Instruments;
  private readonly schedule: ScheduleRecorder;
  private readonly stalls: StallRecorder;
  private booted = false;
  private closing = false;
  private imageRecorded = false;

  private constructor(
    private readonly request: LabRequest,
    private readonly context: QemuContext,
    private readonly runFolder: RunFolder,
    private readonly backend: Backend,
  ) {
    this.plan = request.plan;
    this.clocks = new GuestClocks(context.clock);
    this.schedule = new ScheduleRecorder(
      context.clock,
      () => this.vms.values(),
      (event) => context.record(event),
    );
    this.stalls = new StallRecorder(context.clock, (t, ns) =>
      context.record({ t, kind: 'stall', ns }),
    );
    this.instruments = new Instruments(this.plan, context, this.links, backend, (name) =>
      this.stopWorkload(name),
    );
  }

  /** Opens the working folder, the backend and the links; no VM yet. */
  static async create(request: LabRequest, context: QemuContext): Promise<QemuLab> {
    const journalPath = await context.evidence.path(layout.journal);
    const backend = await openBackend(request.plan, context.clock, journalPath);
    let runFolder: RunFolder;
    try {
      runFolder = await createRunFolder();
      if (request.keepRunFolder) runFolder.keep();
    } catch (error) {
      await backend.close();
      throw error;
    }
    const lab = new QemuLab(request, context, runFolder, backend);
    try {
      await lab.openInstruments();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  get observations(): Observations {
    return this.instruments.observations;
  }

  /** Starts every VM and waits until each guest answers. */
  async boot(): Promise<void> {
    const names = [...this.plan.nodes, ...this.plan.hosts];
    await Promise.all(names.map((vm) => this.launch(vm.name, vm.memoryBytes)));
    let ready = 0;
    await Promise.all(
      [...this.vms.values()].map(async (vm) => {
        await vm.ready(this.plan.scenario.bounds.bootMs);
        this.context.status(`${++ready} of ${this.vms.size} VMs ready`);
      }),
    );
    this.booted = true;
  }

  async configure(): Promise<void> {
    await Promise.all([
      ...this.plan.nodes.map((node) => configureArrayNode(this.vm(node.name), this.plan, node)),
      ...this.plan.hosts.map((host) => configureHost(this.vm(host.name), this.plan, host)),
    ]);
    for (const vm of this.vms.values()) await this.clocks.start(vm);
  }

  async connect(): Promise<void> {
    await Promise.all(
      this.plan.hosts.map(async (host) => {
        this.devices.set(host.name, await connectHost(this.vm(host.name), this.plan, host));
      }),
    );
  }

  /** Starts every workload; returns when they had started, ns of the lab's clock. */
  async startWorkloads(): Promise<number> {
    for (const workload of this.plan.workloads) {
      const device = this.devices.get(workload.host);
      if (device === undefined) throw new LabError(`host ${workload.host} has no device`);
      const running = await RunningWorkload.start(this.vm(workload.host), workload, device);
      this.workloads.set(workload.name, running);
      const t = this.context.clock.now();
      this.context.record({ t, kind: 'workload-start', host: workload.host, job: workload.name });
      const ended = this.endOf(running);
      ended.catch((error: unknown) => this.context.fail(error as Error));
      this.workloadEnds.push(ended);
    }
    return this.context.clock.now();
  }

  /** Asks every workload to end and releases whatever is held from it. */
  endWorkloads(): void {
    for (const name of this.workloads.keys()) this.stopWorkload(name);
    this.instruments.faults.releaseHolds();
  }

  async workloadsEnded(): Promise<void> {
    await Promise.all(this.workloadEnds);
  }

  perform(action: Action): void {
    switch (action.kind) {
      case 'setAna':
      case 'resetConnection':
      case 'holdInside':
      case 'releaseInside':
        throw new LabError(`this lab cannot perform ${action.kind} yet`);
      default:
        this.instruments.faults.perform(action);
    }
  }

  drain(boundMs: number): Promise<void> {
    return this.instruments.drain(boundMs);
  }

  /** Reads every written block back through each live path of each host. */
  async readBack(): Promise<void> {
    const ranges = this.instruments.written.ranges(
      Math.max(1, Math.floor(readBackBytes / this.plan.blockSize)),
    );
    for (const host of this.plan.hosts) {
      const events = await readBackThroughEachPath(this.vm(host.name), this.plan, host, ranges);
      for (const event of events) this.context.record({ t: this.context.clock.now(), ...event });
    }
    for (const vm of this.vms.values()) this.context.record(await this.clocks.ratio(vm));
  }

  /** Ends VMs, links and backend and removes the working folder. Safe at any moment, and twice. */
  async close(): Promise<void> {
    this.closing = true;
    this.schedule.stop();
    const ends: (() => Promise<unknown>)[] = [
      () => Promise.all([...this.vms.values()].map((vm) => vm.shutdown())),
      () => Promise.all([...this.links.values()].map((link) => link.close())),
      () => this.recordFinalImage(),
      () => this.backend.close(),
    ];
    if (this.request.keepRunFolder) {
      this.context.status(`the working folder ${this.runFolder.path} stays until the next run`);
    } else {
      ends.push(() => this.runFolder.remove());
    }
    const failures: unknown[] = [];
    for (const end of ends) await end().catch((error: unknown) => failures.push(error));
    this.stalls.stop();
    if (failures.length > 0) throw failures[0];
  }

  /** Nothing can write any more: what the medium holds now is what was left of all that was written. */
  private async recordFinalImage(): Promise<void> {
    if (!this.booted || this.imageRecorded) return;
    this.imageRecorded = true;
    await this.context.evidence.write(layout.finalImage, await this.instruments.finalImage());
  }

  private async openInstruments(): Promise<void> {
    const { backend, plan } = this;
    void backend.failed.then((error) => this.instrumentFailed('backend', error));
    for (const { name } of exportsOf(plan)) {
      const socket = this.diskSocket(name);
      await backend.addExport({ name, node: name, socket, owner: qemuUser() });
    }
    for (const link of plan.links) await this.openLink(link);
    this.instruments.watchLinks();
  }

  private async openLink(planned: PlanLink): Promise<void> {
    const { context } = this;
    const link = await Link.open({
      name: planned.name,
      clock: context.clock,
      hostSocket: this.linkSocket(planned.name, 'host'),
      nodeSocket: this.linkSocket(planned.name, 'node'),
      captures: {
        host: await context.evidence.path(layout.capture(planned.name, 'host')),
        node: await context.evidence.path(layout.capture(planned.name, 'node')),
      },
      startedAtWallSeconds: Math.floor(context.clock.startedAtMs / 1000),
      owner: qemuUser(),
      pacer: this.pacer,
    });
    this.links.set(planned.name, link);
    void link.failed.then((error) => this.instrumentFailed(`link ${planned.name}`, error));
  }

  private async launch(name: string, memoryBytes: number): Promise<void> {
    const { context, plan, runFolder } = this;
    const kernel = this.request.artifacts.kernels[name];
    const image = this.request.artifacts.images[name];
    if (!kernel || !image) throw new LabError(`no kernel or image was prepared for ${name}`);
    const node = plan.nodes.find((candidate) => candidate.name === name);
    const vm = await launchVm({
      name,
      kernel,
      initrd: image.path,
      memoryMb: Math.round(memoryBytes / (1024 * 1024)),
      nics: plan.links
        .filter((link) => link.host === name || link.node === name)
        .map((link) => ({
          id: link.name,
          socket: this.linkSocket(link.name, link.host === name ? 'host' : 'node'),
          mac: link.host === name ? link.hostMac : link.nodeMac,
        })),
      disks: exportsOf(plan)
        .filter((one) => one.node === name)
        .map((one) => ({
          id: one.port === null ? 'medium' : `medium${one.port}`,
          socket: this.diskSocket(one.name),
          export: one.name,
          blockSize: plan.blockSize,
          requestMerging: node?.blockLayer === 'defaults',
        })),
      accelerator: this.request.artifacts.machine.accelerator,
      clock: context.clock,
      appendArgs: moduleParameters(plan.scenario, name),
      consolePath: await context.evidence.path(layout.console(name)),
      runDir: runFolder.path,
    });
    this.vms.set(name, vm);
    // The lab was ended while this QEMU came up: nobody else will end it.
    if (this.closing) vm.kill();
    await context.evidence.write(layout.qemu(name), `${JSON.stringify(vm.commandLine, null, 2)}\n`);
    void vm.exited.then((exit) => this.vmExited(vm, exit));
  }

  private vmExited(vm: Vm, exit: VmExit): void {
    if (this.closing) return;
    const { message } = exit;
    this.context.record({ t: this.context.clock.now(), kind: 'vm-lost', vm: vm.name, message });
    const error =
      exit.reason === 'panic' && this.booted
        ? new GuestPanicked(message)
        : new VmError(message, { consoleLines: vm.lastConsoleLines(shownConsoleLines) });
    this.context.fail(error);
  }

  private async endOf(running: RunningWorkload): Promise<void> {
    const { workload } = running;
    const { end, failure, output, log } = await running.result();
    this.context.record({ t: this.context.clock.now(), ...end });
    await this.context.evidence.write(
      layout.workload(workload.host, workload.name, 'json'),
      output,
    );
    await this.context.evidence.write(layout.workload(workload.host, workload.name, 'log'), log);
    if (failure !== null)
      throw new LabError(`${workload.host}: workload ${workload.name}: ${failure}`);
    this.instruments.observations.workloadEnded(workload.name);
  }

  private stopWorkload(name: string): void {
    const running = this.workloads.get(name);
    running?.stop().catch((error: unknown) => this.context.fail(error as Error));
  }

  private instrumentFailed(instrument: string, error: Error): void {
    if (this.closing) return;
    const t = this.context.clock.now();
    this.context.record({ t, kind: 'instrument-error', instrument, message: error.message });
    this.context.fail(new LabError(`${instrument}: ${error.message}`));
  }

  private vm(name: string): Vm {
    const vm = this.vms.get(name);
    if (!vm) throw new LabError(`VM ${name} is not running`);
    return vm;
  }

  private diskSocket(node: string): string {
    return join(this.runFolder.path, `disk-${node}.sock`);
  }

  private linkSocket(link: string, end: 'host' | 'node'): string {
    return join(this.runFolder.path, `link-${link}.${end}.sock`);
  }
}
