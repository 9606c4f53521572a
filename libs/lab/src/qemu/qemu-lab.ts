import type { Backend } from '@fenceline/backend';
import {
  exportsOf,
  type Action,
  type Plan,
  type PlanHost,
  type PlanNode,
  type PlanWorkload,
} from '@fenceline/contracts';
import { layout, type EvidenceWriter } from '@fenceline/evidence';
import { Link, Pacer } from '@fenceline/fabric';
import { changesMedium } from '@fenceline/history';
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
import { Glimpses } from '../glimpses.js';
import { Instruments } from '../instruments.js';
import type { LabContext, LabDriver } from '../lab-driver.js';
import { readBackBytes } from '../read-back-bytes.js';
import { StallRecorder } from '../stall-recorder.js';
import type { Observations } from '../timeline/observations.js';
import { configureArrayNode } from './array-node.js';
import { GuestClocks } from './guest-clocks.js';
import { configureHost, connectHost } from './host.js';
import type { GuestProgram } from './guest-program.js';
import { moduleParameters } from './module-parameters.js';
import { readBackThroughEachPath } from './read-back.js';
import { ReferenceHostVm } from './reference-host.js';
import { startReferenceNode, tellNode, type NodeAction } from './reference-node.js';
import { ScheduleRecorder } from './schedule-recorder.js';
import { disksOf, nicsOf } from './vm-devices.js';
import { RunningWorkload, type WorkloadRun } from './workload.js';

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
  /** The programs of the VMs that are of the kind `reference`. */
  private readonly referenceNodes = new Map<string, GuestProgram>();
  private readonly referenceHosts = new Map<string, ReferenceHostVm>();
  private readonly workloads = new Map<string, WorkloadRun>();
  private readonly workloadEnds: Promise<void>[] = [];
  private readonly clocks: GuestClocks;
  private readonly instruments: Instruments;
  private readonly schedule: ScheduleRecorder;
  private readonly stalls: StallRecorder;
  private glimpses: Glimpses | null = null;
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
      ...this.plan.nodes.map((node) => this.configureNode(node)),
      ...this.plan.hosts.map((host) => this.configureHost(host)),
    ]);
    for (const vm of this.vms.values()) await this.clocks.start(vm);
  }

  async connect(): Promise<void> {
    await Promise.all(
      this.plan.hosts.map(async (host) => {
        const reference = this.referenceHosts.get(host.name);
        if (reference !== undefined) await reference.connect();
        else this.devices.set(host.name, await connectHost(this.vm(host.name), this.plan, host));
      }),
    );
  }

  /** Starts every workload; returns when they had started, ns of the lab's clock. */
  async startWorkloads(): Promise<number> {
    for (const workload of this.plan.workloads) {
      const running = await this.startWorkload(workload);
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
    const { kind } = action;
    if (kind === 'setAna' || kind === 'holdInside' || kind === 'releaseInside')
      this.tellNodes(action).catch((error: unknown) => this.context.fail(error as Error));
    else this.instruments.perform(action);
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
      const reference = this.referenceHosts.get(host.name);
      const events =
        reference === undefined
          ? await readBackThroughEachPath(this.vm(host.name), this.plan, host, ranges)
          : await reference.readBack(ranges);
      for (const event of events) this.context.record({ t: this.context.clock.now(), ...event });
    }
    for (const vm of this.vms.values()) this.context.record(await this.clocks.ratio(vm));
  }

  /** Ends VMs, links and backend and removes the working folder. Safe at any moment, and twice. */
  async close(): Promise<void> {
    this.closing = true;
    this.schedule.stop();
    this.glimpses?.stop();
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
    for (const { name } of [...plan.links, ...plan.interNodeLinks]) await this.openLink(name);
    this.glimpses = this.request.glimpses === true ? this.showGlimpses() : null;
    this.instruments.watchLinks(
      this.glimpses === null
        ? undefined
        : (command, link) => {
            if (changesMedium(command)) this.glimpses?.command(link, 'write');
            else if (command.op === 'read') this.glimpses?.command(link, 'read');
          },
    );
  }

  private showGlimpses(): Glimpses {
    const { context, plan } = this;
    const nodeOf = new Map(plan.links.map(({ name, node }) => [name, node]));
    return new Glimpses(
      context.clock,
      (link) => this.observations.heldCount([nodeOf.get(link)!]),
      plan.links.map(({ name }) => name),
      (glimpse) => context.glimpse(glimpse),
    );
  }

  private async configureNode(node: PlanNode): Promise<void> {
    const vm = this.vm(node.name);
    const settings = this.plan.scenario.nodes.find(({ name }) => name === node.name);
    if (settings?.target.kind !== 'reference') {
      await configureArrayNode(vm, this.plan, node);
      return;
    }
    const program = await startReferenceNode(vm, this.plan, node);
    this.referenceNodes.set(node.name, program);
    this.watchProgram(program);
  }

  private async configureHost(host: PlanHost): Promise<void> {
    const vm = this.vm(host.name);
    const settings = this.plan.scenario.hosts.find(({ name }) => name === host.name);
    if (settings?.initiator.kind !== 'reference') {
      await configureHost(vm, this.plan, host);
      return;
    }
    const reference = await ReferenceHostVm.start(vm, this.plan, host);
    this.referenceHosts.set(host.name, reference);
    this.watchProgram(reference);
  }

  /** A program that ends takes the lab with it, but at the end of the lab itself. */
  private watchProgram(program: { lost(): Promise<never> }): void {
    program.lost().catch((error: unknown) => {
      if (!this.closing) this.context.fail(error as Error);
    });
  }

  private async startWorkload(workload: PlanWorkload): Promise<WorkloadRun> {
    const { host } = workload;
    const reference = this.referenceHosts.get(host);
    if (reference !== undefined) return reference.startWorkload(workload);
    const device = this.devices.get(host);
    if (device === undefined) throw new LabError(`host ${host} has no device`);
    return RunningWorkload.start(this.vm(host), workload, device);
  }

  private async tellNodes(action: NodeAction): Promise<void> {
    for (const node of this.plan.nodes.filter(({ name }) => action.nodes.includes(name))) {
      const program = this.referenceNodes.get(node.name);
      if (program === undefined) throw new LabError(`node ${node.name} is no reference node`);
      await tellNode(program, node, action);
    }
  }

  private async openLink(name: string): Promise<void> {
    const { context } = this;
    const link = await Link.open({
      name,
      clock: context.clock,
      hostSocket: this.linkSocket(name, 'host'),
      nodeSocket: this.linkSocket(name, 'node'),
      captures: {
        host: await context.evidence.path(layout.capture(name, 'host')),
        node: await context.evidence.path(layout.capture(name, 'node')),
      },
      startedAtWallSeconds: Math.floor(context.clock.startedAtMs / 1000),
      owner: qemuUser(),
      pacer: this.pacer,
    });
    this.links.set(name, link);
    void link.failed.then((error) => this.instrumentFailed(`link ${name}`, error));
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
      nics: nicsOf(plan, name, (link, end) => this.linkSocket(link, end)),
      disks: disksOf(plan, node, (exported) => this.diskSocket(exported)),
      accelerator: this.request.artifacts.machine.accelerator,
      clock: context.clock,
      appendArgs: moduleParameters(plan.scenario, name),
      consolePath: await context.evidence.path(layout.console(name)),
      runDir: runFolder.path,
    });
    this.vms.set(name, vm);
    vm.onConsole(({ t, text }) => this.glimpses?.line(name, t, text));
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

  private async endOf(running: WorkloadRun): Promise<void> {
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

  /** A running VM, for whoever has questions of their own to its guest. */
  vm(name: string): Vm {
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
