import type {
  FioOptions,
  Plan,
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
  const links = planLinks(scenario);
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
    workloads: scenario.workloads.map((workload) => planWorkload(workload, seed)),
    steps: scenario.timeline.map((step, index) => planStep(step, index, seed)),
  };
}

/** Each link is a subnet 10.0.N.0/24 of its own: the host is .1, the node .2. */
function planLinks(scenario: Scenario): PlanLink[] {
  const cards = new Map<string, number>();
  const nextInterface = (vm: string): string => {
    const index = cards.get(vm) ?? 0;
    cards.set(vm, index + 1);
    return `eth${index}`;
  };
  return scenario.links.map((link, index) => {
    const n = index + 1;
    return {
      ...link,
      subnet: `10.0.${n}.0/24`,
      hostAddress: `10.0.${n}.1`,
      nodeAddress: `10.0.${n}.2`,
      hostMac: macAddress(n, 1),
      nodeMac: macAddress(n, 2),
      hostInterface: nextInterface(link.host),
      nodeInterface: nextInterface(link.node),
    };
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
