import type { Action, Plan, PlanNode } from '@fenceline/contracts';
import type { GuestNodeConfig, GuestNodeRequest, GuestPeer, GuestPort } from '@fenceline/reference';
import type { Vm } from '@fenceline/vm';
import { LabError } from '../lab-error.js';
import { behaviourOfNode } from '../simulated/behaviour.js';
import { runScript } from './guest.js';
import { GuestProgram } from './guest-program.js';
import { configureNic, plainDisk } from './guest-scripts.js';
import { diskId } from './vm-devices.js';

const stepTimeoutMs = 20_000;

/** Makes reference controllers of a booted array node: network cards, disks, and the program over them. */
export async function startReferenceNode(
  vm: Vm,
  plan: Plan,
  node: PlanNode,
): Promise<GuestProgram> {
  for (const [mac, address] of cardsOf(plan, node)) {
    await runScript(vm, `address ${address}`, configureNic, [mac, `${address}/24`], stepTimeoutMs);
  }
  const config = nodeConfig(plan, node);
  for (const { disk } of config.ports) {
    await runScript(vm, `block queue of ${disk}`, plainDisk, [disk], stepTimeoutMs);
  }
  return GuestProgram.start(vm, 'reference-node', config, plan.scenario.bounds.bootMs);
}

/** What a reference node itself is made to do. */
export type NodeAction = Extract<Action, { kind: 'setAna' | 'holdInside' | 'releaseInside' }>;

/** Performs an action at one port of a reference node, or at all where it names none. */
export async function tellNode(
  program: GuestProgram,
  node: PlanNode,
  action: NodeAction,
): Promise<void> {
  for (const { id } of node.ports) {
    if (action.port === null || id === action.port)
      await program.ask(requestOf(action, id), stepTimeoutMs);
  }
}

function requestOf(action: NodeAction, port: number): GuestNodeRequest {
  switch (action.kind) {
    case 'setAna':
      return { ask: 'set-ana', port, state: action.state };
    case 'holdInside':
      return { ask: 'hold-writes', port };
    case 'releaseInside':
      return { ask: 'release-writes', port };
  }
}

function cardsOf(plan: Plan, node: PlanNode): [mac: string, address: string][] {
  return [
    ...plan.links
      .filter((link) => link.node === node.name)
      .map((link): [string, string] => [link.nodeMac, link.nodeAddress]),
    ...plan.interNodeLinks
      .flatMap(({ ends }) => ends)
      .filter((end) => end.node === node.name)
      .map((end): [string, string] => [end.mac, end.address]),
  ];
}

/** What the program of a node is told. */
export function nodeConfig(plan: Plan, node: PlanNode): GuestNodeConfig {
  const settings = plan.scenario.nodes.find(({ name }) => name === node.name);
  if (settings?.target.kind !== 'reference')
    throw new LabError(`node ${node.name} is no reference node`);
  const others = plan.nodes.filter(({ name }) => name !== node.name);
  return {
    name: node.name,
    subsystemNqn: plan.subsystemNqn,
    serial: plan.subsystemSerial,
    namespaceId: plan.namespaceId,
    namespaceUuid: plan.namespaceUuid,
    cntlidMin: node.cntlidMin,
    cntlidMax: node.cntlidMax,
    ports: portsOf(node).map((port) => ({ ...port, disk: diskId(port.id) })),
    otherPorts: others.flatMap(portsOf),
    settings: behaviourOfNode(settings).settings,
    mutant: settings.target.mutant,
    peers: peersOf(plan, node),
  };
}

function portsOf(node: PlanNode): GuestPort[] {
  return node.ports.map(({ id, address, trsvcid }) => ({ id, address, trsvcid }));
}

/** The nodes at the other ends of its inter-node links; of each pair the second makes the connection. */
function peersOf(plan: Plan, node: PlanNode): GuestPeer[] {
  return plan.interNodeLinks.flatMap(({ ends }) => {
    const own = ends.findIndex((end) => end.node === node.name);
    if (own < 0) return [];
    const [here, there] = own === 0 ? ends : [ends[1], ends[0]];
    const peer = plan.nodes.find(({ name }) => name === there.node);
    if (peer === undefined) return [];
    const { name, cntlidMin, cntlidMax } = peer;
    const addresses = { localAddress: here.address, address: there.address };
    return [{ name, cntlidMin, cntlidMax, ...addresses, dials: own === 1 }];
  });
}
