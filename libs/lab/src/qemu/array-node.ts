import type { Plan, PlanNode } from '@fenceline/contracts';
import type { Vm } from '@fenceline/vm';
import { runScript } from './guest.js';
import {
  configureNic,
  createPort,
  createSubsystem,
  plainBlockQueue,
  setCqt,
} from './guest-scripts.js';

const stepTimeoutMs = 20_000;

/** The node's disk, which is the backend's export. */
const disk = 'vda';

/**
 * Makes an nvmet target of a booted array node: network cards, subsystem over the backend's disk, ports.
 *
 * Nodes of one array agree in NQN, serial number, UUID and NGUID, and give out CNTLIDs from ranges of their
 * own, so that a host takes them for one subsystem.
 */
export async function configureArrayNode(vm: Vm, plan: Plan, node: PlanNode): Promise<void> {
  for (const link of plan.links.filter((link) => link.node === node.name)) {
    const address = `${link.nodeAddress}/24`;
    await runScript(
      vm,
      `address of link ${link.name}`,
      configureNic,
      [link.nodeMac, address],
      stepTimeoutMs,
    );
  }
  if (node.blockLayer === 'recorder') {
    await runScript(vm, 'block queue', plainBlockQueue, [disk], stepTimeoutMs);
  }
  const subsystem = [
    plan.subsystemNqn,
    `/dev/${disk}`,
    plan.subsystemSerial,
    String(node.cntlidMin),
    String(node.cntlidMax),
    String(plan.namespaceId),
    plan.namespaceUuid,
    plan.namespaceUuid,
  ];
  await runScript(vm, 'nvmet subsystem', createSubsystem, subsystem, stepTimeoutMs);
  const cqtMs = plan.scenario.nodes.find(({ name }) => name === node.name)?.cqtMs ?? 0;
  if (cqtMs > 0) {
    await runScript(vm, 'CQT', setCqt, [plan.subsystemNqn, String(cqtMs)], stepTimeoutMs);
  }
  for (const port of node.ports) {
    const args = [String(port.id), port.address, String(port.trsvcid), plan.subsystemNqn];
    await runScript(vm, `nvmet port ${port.id}`, createPort, args, stepTimeoutMs);
  }
}
