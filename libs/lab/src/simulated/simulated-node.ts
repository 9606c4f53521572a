import type { AnaState, Plan, PlanNode, Scheduler } from '@fenceline/contracts';
import {
  ReferenceArrayNode,
  type Log,
  type Medium,
  type PeerOptions,
  type Random,
} from '@fenceline/reference';
import type { NodeBehaviour } from './behaviour.js';
import type { TcpStack } from './tcp/tcp-stack.js';

export interface SimulatedNodeOptions {
  plan: Plan;
  node: PlanNode;
  behaviour: NodeBehaviour;
  scheduler: Scheduler;
  random: Random;
  log: Log;
  /** The disk below a port. */
  diskOf: (port: number) => Medium;
  peers: readonly PeerOptions[];
}

/** An array node: the reference controller behind the network cards of its ports. */
export class SimulatedNode {
  readonly array: ReferenceArrayNode;

  constructor(private readonly options: SimulatedNodeOptions) {
    const { plan, node, behaviour, diskOf, scheduler, random, log, peers } = options;
    const addressed = (one: PlanNode) =>
      one.ports.map(({ id, address, trsvcid }) => ({ id, address, trsvcid: String(trsvcid) }));
    this.array = new ReferenceArrayNode({
      name: node.name,
      scheduler,
      random,
      log,
      subsystemNqn: plan.subsystemNqn,
      serial: plan.subsystemSerial,
      namespace: { nsid: plan.namespaceId, uuid: plan.namespaceUuid },
      ports: addressed(node).map((port) => ({ ...port, medium: diskOf(port.id) })),
      otherPorts: plan.nodes.filter((other) => other.name !== node.name).flatMap(addressed),
      cntlidMin: node.cntlidMin,
      cntlidMax: node.cntlidMax,
      settings: behaviour.settings,
      decisions: behaviour.decisions,
      peers,
    });
  }

  /** Serves a port at the network card of its link. */
  serve(port: number, stack: TcpStack): void {
    const { trsvcid } = this.options.node.ports.find(({ id }) => id === port)!;
    stack.listen(trsvcid, (connection) => this.array.accept(port, connection));
  }

  /** Changes the ANA state of one port, or of all where it is null. */
  setAna(port: number | null, state: AnaState): void {
    for (const id of this.#portsMeant(port)) this.array.setAnaState(id, state);
  }

  /** Holds the writes of one port inside their controllers, or of all where it is null; or lets them go. */
  holdWrites(port: number | null, hold: boolean): void {
    for (const id of this.#portsMeant(port)) {
      if (hold) this.array.holdWrites(id);
      else this.array.releaseWrites(id);
    }
  }

  #portsMeant(port: number | null): number[] {
    return this.options.node.ports.map(({ id }) => id).filter((id) => port === null || id === port);
  }
}
