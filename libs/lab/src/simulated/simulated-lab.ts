import { Backend } from '@fenceline/backend';
import type { Action, Plan, PlanLink, PlanNode, Scheduler } from '@fenceline/contracts';
import { exportsOf } from '@fenceline/contracts';
import { layout } from '@fenceline/evidence';
import { otherEnd, type LinkEnd } from '@fenceline/fabric';
import type { Medium, Random, Workload, WorkloadResult } from '@fenceline/reference';
import { Instruments } from '../instruments.js';
import type { LabContext, LabDriver } from '../lab-driver.js';
import { LabError } from '../lab-error.js';
import { SeededRandom } from '../random.js';
import { readBackBytes } from '../read-back-bytes.js';
import type { Observations } from '../timeline/observations.js';
import { ipv4Bytes, macBytes } from '../addresses.js';
import { behaviourOfHost, behaviourOfNode } from './behaviour.js';
import { joinPeers } from './peer-connection.js';
import { SimulatedDisk } from './simulated-disk.js';
import { SimulatedHost } from './simulated-host.js';
import { SimulatedLink } from './simulated-link.js';
import { SimulatedNode } from './simulated-node.js';
import { TcpStack } from './tcp/tcp-stack.js';

/** The two ends of a cable by their addresses. */
type CableEnds = Record<LinkEnd, { mac: string; address: string }>;

/** A cable with TCP at both ends. */
interface Cable {
  link: SimulatedLink;
  stacks: Record<LinkEnd, TcpStack>;
}

/** A lab in this process, on virtual time: the reference host and controller, real frames, the recording backend. */
export class SimulatedLab implements LabDriver {
  readonly #instruments: Instruments;
  /** The paths, by name. */
  readonly #paths = new Map<string, Cable>();
  /** The links between nodes, by name. */
  readonly #interNodeLinks = new Map<string, Cable>();
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #workloads = new Map<string, { workload: Workload; stopped: boolean }>();
  #running = 0;
  #allEnded: (() => void) | null = null;
  #booted = false;
  #closed = false;

  private constructor(
    private readonly plan: Plan,
    private readonly context: LabContext,
    private readonly backend: Backend,
  ) {
    const links = new Map<string, SimulatedLink>();
    for (const planned of plan.links) {
      const { name, hostMac, hostAddress, nodeMac, nodeAddress } = planned;
      const cable = this.#cable(name, {
        host: { mac: hostMac, address: hostAddress },
        node: { mac: nodeMac, address: nodeAddress },
      });
      this.#paths.set(name, cable);
      links.set(name, cable.link);
    }
    for (const { name, ends } of plan.interNodeLinks) {
      const cable = this.#cable(name, { host: ends[0], node: ends[1] });
      this.#interNodeLinks.set(name, cable);
      links.set(name, cable.link);
    }
    this.#instruments = new Instruments(plan, context, links, backend, (name) =>
      this.#stopWorkload(name),
    );
    this.#instruments.watchLinks();
  }

  static async create(plan: Plan, context: LabContext): Promise<SimulatedLab> {
    const backend = await Backend.open({
      clock: context.time.scheduler,
      medium: 'sparse',
      journalPath: null,
      blockSize: plan.blockSize,
      size: plan.namespaceBytes,
    });
    return new SimulatedLab(plan, context, backend);
  }

  get observations(): Observations {
    return this.#instruments.observations;
  }

  async boot(): Promise<void> {
    for (const node of this.plan.nodes) this.#nodes.set(node.name, await this.#bootNode(node));
    for (const host of this.plan.hosts) {
      const cards = this.plan.links
        .filter((link) => link.host === host.name)
        .map((link) => {
          const card = { stack: this.#path(link.name).stacks.host, port: this.#portAt(link) };
          return [link.name, card] as const;
        });
      const settings = this.plan.scenario.hosts.find(({ name }) => name === host.name)!;
      const simulated = new SimulatedHost({
        plan: this.plan,
        host,
        settings,
        behaviour: behaviourOfHost(settings),
        scheduler: this.#scheduler,
        log: await this.#console(host.name),
        cards: new Map(cards),
      });
      this.#hosts.set(host.name, simulated);
    }
    this.#booted = true;
  }

  configure(): Promise<void> {
    for (const { name, node, port } of this.plan.links) {
      this.#node(node).serve(port, this.#path(name).stacks.node);
    }
    for (const { name, ends } of this.plan.interNodeLinks) {
      const [first, second] = ends;
      const { stacks } = this.#interNodeLinks.get(name)!;
      const end = (node: string, stack: TcpStack) => ({
        name: node,
        array: this.#node(node).array,
        stack,
      });
      joinPeers(end(first.node, stacks.host), end(second.node, stacks.node), this.#scheduler);
    }
    return Promise.resolve();
  }

  async connect(): Promise<void> {
    const { time, signal } = this.context;
    await time.pass<null>((done) => {
      let left = this.#hosts.size;
      for (const host of this.#hosts.values()) {
        host.connect(() => {
          if (--left === 0) done(null);
        });
      }
      return () => undefined;
    }, signal);
  }

  startWorkloads(): Promise<number> {
    const t = this.#scheduler.now();
    for (const planned of this.plan.workloads) {
      this.#running++;
      const workload = this.#hosts
        .get(planned.host)!
        .startWorkload(planned, (result) => this.#workloadEnded(planned, result));
      this.#workloads.set(planned.name, { workload, stopped: false });
      this.context.record({
        t,
        kind: 'workload-start',
        host: planned.host,
        job: planned.name,
      });
    }
    return Promise.resolve(t);
  }

  perform(action: Action): void {
    const { kind } = action;
    if (kind === 'setAna') {
      for (const node of action.nodes) this.#node(node).setAna(action.port, action.state);
    } else if (kind === 'holdInside' || kind === 'releaseInside') {
      for (const node of action.nodes) {
        this.#node(node).holdWrites(action.port, kind === 'holdInside');
      }
    } else this.#instruments.perform(action);
  }

  endWorkloads(): void {
    for (const name of this.#workloads.keys()) this.#stopWorkload(name);
    this.#instruments.faults.releaseHolds();
  }

  async workloadsEnded(): Promise<void> {
    const { time, signal } = this.context;
    await time.pass<null>((done) => {
      this.#allEnded = () => done(null);
      if (this.#running === 0) this.#allEnded();
      return () => undefined;
    }, signal);
  }

  drain(boundMs: number): Promise<void> {
    return this.#instruments.drain(boundMs);
  }

  async readBack(): Promise<void> {
    const { time, signal } = this.context;
    const most = Math.max(1, Math.floor(readBackBytes / this.plan.blockSize));
    const ranges = this.#instruments.written.ranges(most);
    for (const host of this.#hosts.values()) {
      const events = await time.pass<Parameters<Parameters<SimulatedHost['readBack']>[1]>[0]>(
        (done) => {
          host.readBack(ranges, done);
          return () => undefined;
        },
        signal,
      );
      for (const event of events) this.context.record({ t: this.#scheduler.now(), ...event });
    }
  }

  /** Virtual time stands still: nothing moves any more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { evidence } = this.context;
    for (const { link } of [...this.#paths.values(), ...this.#interNodeLinks.values()]) {
      for (const end of ['host', 'node'] as const) {
        await evidence.write(layout.capture(link.name, end), link.capture(end));
      }
    }
    if (this.#booted) {
      await evidence.write(layout.finalImage, await this.#instruments.finalImage());
    }
    await this.backend.close();
    await evidence.write(layout.journal, this.backend.journal()!);
  }

  #cable(name: string, ends: CableEnds): Cable {
    const scheduler = this.#scheduler;
    const link = new SimulatedLink({ name, scheduler, random: this.#random(`link ${name}`) });
    const addressed = (end: LinkEnd) => ({
      mac: macBytes(ends[end].mac),
      address: ipv4Bytes(ends[end].address),
    });
    const stackAt = (end: LinkEnd): TcpStack => {
      const stack: TcpStack = new TcpStack({
        scheduler,
        local: addressed(end),
        remote: addressed(otherEnd(end)),
        random: this.#random(`TCP ${name} ${end}`),
        memory: (length) => link.frames.take(length),
        send: link.plug(end, (frame) => stack.receive(frame)),
      });
      return stack;
    };
    return { link, stacks: { host: stackAt('host'), node: stackAt('node') } };
  }

  async #bootNode(node: PlanNode): Promise<SimulatedNode> {
    const { plan } = this;
    const disks = new Map<number | null, Medium>();
    for (const { name, port } of exportsOf({ nodes: [node] })) {
      const client = this.backend.attach({ node: name });
      disks.set(
        port,
        new SimulatedDisk(client, this.#scheduler, plan.blockSize, plan.namespaceBytes),
      );
    }
    const peers = plan.interNodeLinks
      .filter(({ ends }) => ends.some((end) => end.node === node.name))
      .map(({ ends }) => this.#planNode(ends.find((end) => end.node !== node.name)!.node));
    return new SimulatedNode({
      plan,
      node,
      behaviour: behaviourOfNode(plan.scenario.nodes.find(({ name }) => name === node.name)!),
      scheduler: this.#scheduler,
      random: this.#random(`node ${node.name}`),
      log: await this.#console(node.name),
      diskOf: (port) => (disks.get(port) ?? disks.get(null))!,
      peers,
    });
  }

  #workloadEnded(planned: Plan['workloads'][number], result: WorkloadResult): void {
    const { host, name } = planned;
    const { ok, errors, worstLatencyNs, message } = result;
    this.#running--;
    this.context.record({
      t: this.#scheduler.now(),
      kind: 'workload-end',
      host,
      job: name,
      exitCode: ok ? 0 : 1,
      stopped: this.#workloads.get(name)?.stopped ?? false,
      errors,
      worstLatencyNs,
      ...(message === undefined ? {} : { message }),
    });
    this.context.evidence
      .write(layout.workload(host, name, 'json'), `${JSON.stringify(result, null, 2)}\n`)
      .catch((error: unknown) => this.context.fail(error as Error));
    this.observations.workloadEnded(name);
    if (this.#running === 0) this.#allEnded?.();
  }

  #stopWorkload(name: string): void {
    const running = this.#workloads.get(name);
    if (!running) return;
    running.stopped = true;
    running.workload.stop();
  }

  async #console(vm: string): Promise<(line: string) => void> {
    const write = await this.context.evidence.console(vm);
    return (line) => write(this.#scheduler.now(), line);
  }

  #random(purpose: string): Random {
    const random = new SeededRandom(this.plan.seed, purpose);
    return () => random.word();
  }

  #path(name: string): Cable {
    return this.#paths.get(name)!;
  }

  #node(name: string): SimulatedNode {
    const node = this.#nodes.get(name);
    if (!node) throw new LabError(`the lab has no node ${name}`);
    return node;
  }

  /** The TCP port of the node at the end of a link. */
  #portAt({ node, port }: PlanLink): number {
    return this.#planNode(node).ports.find(({ id }) => id === port)!.trsvcid;
  }

  #planNode(name: string): PlanNode {
    return this.plan.nodes.find((node) => node.name === name)!;
  }

  get #scheduler(): Scheduler {
    return this.context.time.scheduler;
  }
}
