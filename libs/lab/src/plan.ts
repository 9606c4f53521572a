import type {
  FioOptions,
  Plan,
  PlanInterNodeLink,
  PlanLink,
  PlanNode,
  PlanStep,
  Scenario,
  Step,
  Workload,
} from '@fenceline/contracts';
import { SeededRandom } from './random.js';

/** NVMe/TCP's I/O port number as IANA assigned it. */
const nvmeTcpPort = 4420;

/**
 * Resolves a scenario into the plan of one lab: addresses, names, identities and every random choice.
 * Pure: the same scenario and seed give the same plan.
 */
export function makePlan(scenario: Scenario, seed: number): Plan {
  const namespace = scenario.subsystem.namespaces[0]!;
  const identity = new SeededRandom(seed, 'identity');
  const cards = new Cards();
  const links = planLinks(scenario, cards);
  return {
    schema: 'fenceline.plan/v1',
    scenario,
    seed,
    subsystemNqn: scenario.subsystem.nqn,
    subsystemSerial: identity.hex(8),
    namespaceId: namespace.id,
    namespaceUuid: identity.uuid(),
    blockSize: namespace.blockSize,
    namespaceBytes: namespace.sizeBytes,
    hosts: scenario.hosts.map((host) => {
      const hostId = identity.uuid();
      return {
        name: host.name,
        hostNqn: `nqn.2014-08.org.nvmexpress:uuid:${hostId}`,
        hostId,
        kernel: host.kernel,
        memoryBytes: host.memoryBytes,
      };
    }),
    nodes: scenario.nodes.map((node) => planNode(node, links)),
    links,
    interNodeLinks: planInterNodeLinks(scenario, cards),
    workloads: scenario.workloads.map((workload) => planWorkload(workload, seed)),
    steps: scenario.timeline.map((step, index) => planStep(step, index, seed)),
  };
}

/** Names the network cards of each VM in the order in which they are plugged in. */
class Cards {
  private readonly count = new Map<string, number>();

  next(vm: string): string {
    const index = this.count.get(vm) ?? 0;
    this.count.set(vm, index + 1);
    return `eth${index}`;
  }
}

/** Each link is a subnet 10.0.N.0/24 of its own: the host is .1, the node .2. */
function planLinks(scenario: Scenario, cards: Cards): PlanLink[] {
  return scenario.links.map((link, index) => {
    const n = index + 1;
    return {
      ...link,
      subnet: `10.0.${n}.0/24`,
      hostAddress: `10.0.${n}.1`,
      nodeAddress: `10.0.${n}.2`,
      hostMac: macAddress(n, 1),
      nodeMac: macAddress(n, 2),
      hostInterface: cards.next(link.host),
      nodeInterface: cards.next(link.node),
    };
  });
}

/** Cables between nodes are numbered behind the paths; the first node is .1, the second .2. */
function planInterNodeLinks(scenario: Scenario, cards: Cards): PlanInterNodeLink[] {
  return scenario.interNodeLinks.map(({ name, nodes }, index) => {
    const n = scenario.links.length + index + 1;
    const end = (node: string, at: 1 | 2) => ({
      node,
      address: `10.0.${n}.${at}`,
      mac: macAddress(n, at),
      interface: cards.next(node),
    });
    return { name, subnet: `10.0.${n}.0/24`, ends: [end(nodes[0], 1), end(nodes[1], 2)] };
  });
}

/** A locally administered unicast address (IEEE 802). */
function macAddress(link: number, end: number): string {
  return `02:fe:00:00:${link.toString(16).padStart(2, '0')}:${end.toString(16).padStart(2, '0')}`;
}

function planNode(node: Scenario['nodes'][number], links: readonly PlanLink[]): PlanNode {
  return {
    name: node.name,
    kernel: node.kernel,
    memoryBytes: node.memoryBytes,
    cntlidMin: node.cntlidMin,
    cntlidMax: node.cntlidMax,
    blockLayer: node.blockLayer,
    ports: links
      .filter((link) => link.node === node.name)
      .map((link) => ({
        id: link.port,
        link: link.name,
        address: link.nodeAddress,
        trsvcid: nvmeTcpPort,
        exportName: node.target.kind === 'reference' ? `${node.name}.${link.port}` : null,
      })),
    exportName: node.name,
  };
}

function planWorkload(workload: Workload, seed: number): Plan['workloads'][number] {
  const random = new SeededRandom(seed, `workload ${workload.name}`);
  const fio: FioOptions = {
    ...workload.fio,
    randseed: workload.fio.randseed ?? random.upTo(0x7fffffff),
  };
  return {
    name: workload.name,
    host: workload.host,
    argv: ['fio', `--name=${workload.name}`, ...fioArguments(fio)],
    runtimeMs: workload.runtimeMs,
  };
}

/** fio's command line; its device is added by the lab, which alone knows it. */
function fioArguments(options: FioOptions): string[] {
  return Object.entries(options).map(
    ([name, value]) => `--${name}=${typeof value === 'boolean' ? Number(value) : value}`,
  );
}

function planStep(step: Step, index: number, seed: number): PlanStep {
  const jitter = new SeededRandom(seed, `step ${index}`).upTo(step.jitterMs);
  const { trigger } = step;
  return {
    index,
    trigger:
      trigger.kind === 'event'
        ? { kind: 'event', event: trigger.event, delayMs: jitter }
        : { kind: trigger.kind, ms: trigger.ms + jitter },
    withinMs: trigger.kind === 'event' ? trigger.withinMs : null,
    action: step.action,
    optional: step.optional,
    describe: step.describe,
  };
}
