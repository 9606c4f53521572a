import type { Side, View } from '@fenceline/capture';
import { CCR_COMPLETED_EVENT, fabricsName, FabricsType } from '@fenceline/nvme';
import { never, type Association, type Command, type PayloadId } from './model.js';
import { changesMedium, RetryDetector } from './build/retry-detector.js';
import type { Topology } from './topology.js';
import { WireDecoder } from './wire/wire-decoder.js';
import type { WireListener } from './wire/wire-listener.js';

const connectName = fabricsName(FabricsType.connect);

/** What a `WireTap` tells, as it happens. */
export interface WireTapListener {
  /** A command of an I/O queue was sent with all its data. */
  onIoSent?(command: Command, association: Association): void;
  /** A command that changes the medium was sent with all its data; its payloads are known. */
  onCommandSent?(command: Command, association: Association): void;
  /** The same command sends again, on another association, blocks of commands that are not answered. */
  onRetry?(command: Command, originals: readonly Command[]): void;
  /** A command that changes the medium was answered, as delivered to the host; see its `status`. */
  onAnswered?(command: Command, association: Association): void;
  /** A Cross-Controller Reset was sent. */
  onCcrSent?(source: Association): void;
  /** The answer to one was delivered to the host with success and IRS=0: the operation goes on. */
  onCcrAccepted?(source: Association): void;
  /** The event of a completed CCR was delivered to the host. */
  onCcrEvent?(source: Association): void;
  /** The first I/O queue of an association is up: the host got the success of its Connect. */
  onConnected?(association: Association): void;
  /** The first FIN, RST, CCR or retry by which a host gave an association up. */
  onGivenUp?(association: Association): void;
}

/** A TCP connection over a link that neither of its ends has closed. */
export interface OpenConnection {
  hostPort: number;
  nodePort: number;
  /** The sequence number that an end expects next, by what was delivered to it until now. */
  expectedBy(end: Side): number;
}

/**
 * Follows the NVMe/TCP of a lab while it runs, with the decoder that judges the recording later, so that a
 * timeline's triggers and the verdict mean the same by "retry" and "answered".
 */
export class WireTap {
  readonly #decoder: WireDecoder;

  constructor(topology: Topology, listener: WireTapListener) {
    const associationOf = (id: number) => decoder.associations[id]!;
    const retries = new RetryDetector(associationOf);
    const withQueues = new Set<number>();
    const tellAdmin = (command: Command): void => {
      const association = associationOf(command.association);
      if (command.status !== 0) return;
      if (command.ccr?.immediate === false) listener.onCcrAccepted?.(association);
      if (command.event === CCR_COMPLETED_EVENT) listener.onCcrEvent?.(association);
      if (command.qid <= 0 || command.name !== connectName || withQueues.has(association.id))
        return;
      withQueues.add(association.id);
      listener.onConnected?.(association);
    };
    const wireListener: WireListener = {
      onPayloadSent: (command) => {
        if (command.qid > 0) listener.onIoSent?.(command, associationOf(command.association));
        if (command.ccr !== undefined) listener.onCcrSent?.(associationOf(command.association));
        if (!changesMedium(command)) return;
        listener.onCommandSent?.(command, associationOf(command.association));
        const originals = retries.sent(command);
        if (originals.length === 0) return;
        listener.onRetry?.(command, originals);
        for (const { association } of originals) {
          decoder.tracker.giveUp(
            associationOf(association),
            'retry',
            command.sentAt,
            command.sentFrame,
          );
        }
      },
      onAnswered: (command) => {
        if (!changesMedium(command)) {
          tellAdmin(command);
          return;
        }
        retries.answered(command);
        listener.onAnswered?.(command, associationOf(command.association));
      },
      onGivenUp: (association) => listener.onGivenUp?.(association),
    };
    const decoder = new WireDecoder(topology, wireListener, { scope: 'host' });
    this.#decoder = decoder;
  }

  /**
   * Takes a frame of a link as it is sent, and again as it is delivered. The bytes are only lent.
   *
   * @param t - ns of the lab's clock; must not go back
   */
  frame(link: string, view: View, bytes: Uint8Array, t: number): void {
    this.#decoder.frame(link, view, bytes, t, 0);
  }

  /** The latest connection of a queue over a link; null where none is open. */
  openConnection(link: string, qid: number): OpenConnection | null {
    const open = this.#decoder.associations
      .filter((association) => association.link === link)
      .flatMap(({ connections }) => connections)
      .findLast((one) => one.qid === qid && Math.min(one.hostClosedAt, one.nodeClosedAt) === never);
    if (open === undefined) return null;
    const hostPort = portOf(open.hostSocket);
    return {
      hostPort,
      nodePort: portOf(open.nodeSocket),
      expectedBy: (end) => this.#decoder.link(link).expectedBy(end, hostPort)!,
    };
  }

  /** The link over which a command was sent. */
  linkOf(command: Command): string {
    return this.#decoder.associations[command.association]!.link;
  }

  /** The number by which the commands of this tap know the payload with this hash. */
  payloadOf(hash: bigint): PayloadId {
    return this.#decoder.payloads.ofHash(hash);
  }
}

/** The port of a socket as a `Connection` names it. */
function portOf(socket: string): number {
  return Number(socket.slice(socket.lastIndexOf(':') + 1));
}
