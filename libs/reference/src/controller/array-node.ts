import type { AnaState, Scheduler } from '@fenceline/contracts';
import { DISCOVERY_NQN, FabricsType, Status, type DiscoveryEntry } from '@fenceline/nvme';
import type { Connection, ConnectionUser, Log, Random } from '../transport.js';
import { executeAdmin } from './admin-commands.js';
import { EventBit } from './async-events.js';
import type { Command } from './command.js';
import { connect } from './connect.js';
import type { Controller } from './controller.js';
import { serveReset } from './cross-controller-reset.js';
import { correctController, type ControllerDecisions } from './decisions.js';
import { MAX_TRANSFER_BYTES } from './identify.js';
import { checkIo, executeIo } from './io-commands.js';
import { Port, type PortOptions } from './port.js';
import { Queue } from './queue.js';
import { Relay, type PeerOptions } from './relay.js';
import { controllerSettings, type GivenSettings } from './settings.js';
import { Subsystem, type NamespaceOptions } from './subsystem.js';

export interface ArrayNodeOptions {
  /** For log lines. */
  name: string;
  scheduler: Scheduler;
  random: Random;
  log: Log;
  subsystemNqn: string;
  serial: string;
  namespace: NamespaceOptions;
  ports: readonly PortOptions[];
  /** Ports of the other nodes, for the discovery log page. */
  otherPorts?: readonly { id: number; address: string; trsvcid: string }[];
  /** CNTLIDs that this node gives; no other node of the array may have one of them. */
  cntlidMin: number;
  cntlidMax: number;
  settings?: GivenSettings;
  decisions?: ControllerDecisions;
  peers?: readonly PeerOptions[];
}

/** Asynchronous events: notice, information, log page. */
const ANA_CHANGE_EVENT = 0x000c_0302;
const DISCOVERY_CHANGE_EVENT = 0x0070_f002;

/**
 * A node of an array: NVMe/TCP controllers behind its ports, over one medium. It does no input or output; whoever owns
 * it accepts connections for it and carries its bytes.
 */
export class ReferenceArrayNode {
  readonly #ports: Map<number, Port>;
  readonly #nvm: Subsystem;
  readonly #discovery: Subsystem;
  readonly #relay: Relay;
  #generation = 1;

  constructor(private readonly options: ArrayNodeOptions) {
    const {
      scheduler,
      random,
      serial,
      namespace,
      peers = [],
      decisions = correctController,
    } = options;
    const settings = controllerSettings(options.settings);
    const log = (line: string) => options.log(`${options.name}: ${line}`);
    this.#ports = new Map(options.ports.map((port) => [port.id, new Port(port)]));
    this.#relay = new Relay({
      peers,
      scheduler,
      decisions,
      log,
      serve: (named, answers) => serveReset(this.#nvm, named, answers),
    });
    const common = {
      serial,
      namespace,
      settings,
      decisions,
      scheduler,
      random,
      log,
      relay: this.#relay,
      discoveryEntries: () => ({ generation: this.#generation, entries: this.#entries() }),
    };
    const { cntlidMin, cntlidMax } = options;
    this.#nvm = new Subsystem({
      ...common,
      nqn: options.subsystemNqn,
      kind: 'nvm',
      cntlidMin,
      cntlidMax,
    });
    this.#discovery = new Subsystem({
      ...common,
      nqn: DISCOVERY_NQN,
      kind: 'discovery',
      cntlidMin: 1,
      cntlidMax: 0xffef,
    });
  }

  /**
   * A host has connected to a port.
   *
   * @returns what is to be told of the connection
   * @throws Error when there is no such port
   */
  accept(portId: number, connection: Connection): ConnectionUser {
    const port = this.#port(portId);
    const { settings } = this.#nvm.options;
    let controller: Controller | null = null;
    const isConnect = (command: Command) => command.isFabricsType(FabricsType.connect);
    return new Queue(connection, {
      limits: { ...settings, maxTransferBytes: MAX_TRANSFER_BYTES },
      check: (queue, command) => {
        if (controller === null) {
          return isConnect(command) ? Status.success : Status.commandSequenceError;
        }
        controller.keepAlive.command();
        return queue.id === 0 ? Status.success : checkIo(controller, command);
      },
      execute: (queue, command) => {
        if (controller === null) {
          controller = connect(queue, command, port, (nqn) => this.#subsystem(nqn));
        } else if (queue.id === 0) executeAdmin(controller, command);
        else if (command.isFabricsType(FabricsType.disconnect)) disconnect(queue, command);
        else executeIo(controller, command);
      },
      failed: (queue, { cid, nsid }, status) =>
        controller?.failed({ queueId: queue.id, cid, nsid, status }),
      closed: (queue) => controller?.queueClosed(queue),
    });
  }

  /**
   * A connection with another node is there, whichever of the two made it.
   *
   * @param peer its name among `peers`
   */
  joinPeer(peer: string, connection: Connection): ConnectionUser {
    return this.#relay.join(peer, connection);
  }

  /** From now on the ANA group has this state through the port; its hosts are told. */
  setAnaState(portId: number, state: AnaState): void {
    const port = this.#port(portId);
    if (port.anaState === state) return;
    port.anaState = state;
    port.anaChanges++;
    for (const controller of this.#nvm.controllers.values()) {
      if (controller.port === port) controller.events.notify(ANA_CHANGE_EVENT, EventBit.anaChange);
    }
  }

  /** The discovery log page has changed: hosts that hold a discovery controller are told. */
  discoveryChanged(): void {
    this.#generation++;
    for (const controller of this.#discovery.controllers.values()) {
      controller.events.notify(DISCOVERY_CHANGE_EVENT, EventBit.discoveryChange);
    }
  }

  /** Writes that come through the port stay in the controller until they are released, or their instance ends. */
  holdWrites(portId: number): void {
    this.#port(portId).holdWrites();
  }

  releaseWrites(portId: number): void {
    this.#port(portId).releaseWrites();
  }

  /** Writes that come through the port stay in the controller for so long, in ns, before they go to the medium. */
  delayWrites(portId: number, ns: number): void {
    this.#port(portId).writeDelayNs = ns;
  }

  #port(portId: number): Port {
    const port = this.#ports.get(portId);
    if (port === undefined) throw new Error(`${this.options.name} has no port ${portId}`);
    return port;
  }

  #subsystem(nqn: string): Subsystem | undefined {
    return [this.#nvm, this.#discovery].find((subsystem) => subsystem.options.nqn === nqn);
  }

  #entries(): DiscoveryEntry[] {
    const ports = [...this.#ports.values(), ...(this.options.otherPorts ?? [])];
    return ports.map(({ id, address, trsvcid }) => ({
      subtype: 2,
      portId: id,
      subsystemNqn: this.options.subsystemNqn,
      address,
      trsvcid,
    }));
  }
}

/** Disconnect: deletes an I/O queue; its answer is the last thing on the connection. */
function disconnect(queue: Queue, command: Command): void {
  command.answer(Status.success);
  queue.end();
}
