import {
  formatAddress,
  FrameHeaders,
  linkTypeName,
  parsePacket,
  tcpFlag,
  type AnyPacket,
} from '@fenceline/capture/reading';
import { opensConnection } from '@fenceline/nvme';
import { Associations } from './associations.js';
import type { DecodedCommand } from './decoded-command.js';
import { QueueStream, type DecodeContext } from './queue-stream.js';
import type { StreamHalf } from './stream-half.js';

/** TCP ports of NVMe/TCP: I/O controllers, and discovery controllers. */
export const NVME_PORTS: readonly number[] = [4420, 8009];

/** The most connections that are followed at a time. */
const MAX_CONNECTIONS = 8192;

/** What a capture had that was not decoded, or not wholly; all zero for a capture that is in order. */
export interface DecodeTrouble {
  /** Bytes of NVMe/TCP connections that the capture lacks, or that could not be decoded. */
  missingBytes: number;
  /** How often a stream made no sense and was taken up again at its next PDU. */
  losses: number;
  /** Answers to commands that were not captured. */
  strayAnswers: number;
  /** PDUs with a digest that does not match. */
  badDigests: number;
  /** Connections that were open already when the capture began. */
  midStream: number;
  /** Connections at a port of NVMe/TCP in which no PDU was found. */
  undecodable: number;
  /** IP fragments, which are not put together. */
  fragments: number;
  /** Packets of a link type that is not known; that type, or -1. */
  unknownLinkPackets: number;
  unknownLinkType: number;
}

/** One direction of a connection that is followed. */
interface Flow {
  readonly addresses: Uint8Array;
  readonly connection: FollowedConnection;
  readonly half: StreamHalf;
  readonly peer: StreamHalf;
  /** Sequence number of its SYN; -1 where that was not captured. */
  synAt: number;
  /** Another connection with the same ports. */
  next: Flow | null;
}

interface FollowedConnection {
  readonly stream: QueueStream;
  /** Keys of its two flows. */
  readonly keys: readonly [number, number];
}

/**
 * Decodes the NVMe/TCP of a capture made at one place: packets in, commands out, each when its answer comes or
 * when none will. It follows connections at the ports of NVMe/TCP and those that begin with an ICReq; memory
 * is bounded, whatever the capture holds.
 */
export class CaptureDecoder {
  readonly trouble: DecodeTrouble = {
    missingBytes: 0,
    losses: 0,
    strayAnswers: 0,
    badDigests: 0,
    midStream: 0,
    undecodable: 0,
    fragments: 0,
    unknownLinkPackets: 0,
    unknownLinkType: -1,
  };
  /** NVMe/TCP connections that were followed. */
  connections = 0;
  readonly #context: DecodeContext;
  readonly #headers = new FrameHeaders();
  readonly #ports: ReadonlySet<number>;
  readonly #flows = new Map<number, Flow>();
  readonly #followed = new Set<FollowedConnection>();
  /** Time and number of the latest packet. */
  #t = 0;
  #frame = 0;

  /**
   * @param onCommand - gets each command; the object is its own
   * @param ports - ports at which controllers listen
   */
  constructor(onCommand: (command: DecodedCommand) => void, ports: Iterable<number> = NVME_PORTS) {
    this.#ports = new Set(ports);
    this.#context = {
      associations: new Associations(),
      trouble: this.trouble,
      open: 0,
      collecting: 0,
      waiting: { bytes: 0 },
      onCommand,
    };
  }

  /** Takes the next packet; its bytes are only lent. */
  packet(packet: AnyPacket): void {
    const { number, t, source: bytes, linkType } = packet;
    const headers = this.#headers;
    this.#t = t;
    this.#frame = number;
    const captured = packet.end - packet.start;
    const wireLength = Math.max(packet.originalLength, captured);
    parsePacket(linkType, bytes, packet.start, packet.end, wireLength, headers);
    if (headers.transport !== 'tcp') {
      this.#leftOut(linkType);
      return;
    }
    if (headers.fragment) {
      this.trouble.fragments++;
      return;
    }
    const start = headers.payloadOffset;
    const end = Math.min(headers.networkEnd, packet.end);
    const cut = headers.networkEnd - end;
    const { flags, sequence } = headers;
    const isSyn = (flags & tcpFlag.syn) !== 0;
    let flow = this.#find(bytes);
    if (flow !== null && isSyn && isOther(flow, sequence)) {
      this.#forget(flow.connection, 'closed');
      flow = null;
    } else if (flow !== null && !isSyn && flow.half.known && flow.half.isForeign(sequence)) {
      this.#forget(flow.connection, 'closed');
      flow = null;
    }
    flow ??= this.#open(bytes, start, end, isSyn);
    if (flow === null) return;
    const { half } = flow;
    const first = isSyn ? sequence + 1 : sequence;
    if (isSyn) flow.synAt = sequence;
    if (!half.known && (isSyn || end + cut > start)) half.begin(first);
    if (end + cut > start) half.take(first, bytes, start, end, cut, t, number);
    if (flags & tcpFlag.ack && flow.peer.known) {
      flow.peer.acknowledged(headers.acknowledgement, t, number);
    }
    if (flags & (tcpFlag.fin | tcpFlag.rst)) this.#closing(flow, (flags & tcpFlag.rst) !== 0);
  }

  /** No packet will come any more: tells the commands that are open. */
  finish(): void {
    for (const connection of this.#followed) this.#end(connection, 'capture-ended');
    this.#followed.clear();
    this.#flows.clear();
  }

  #leftOut(linkType: number): void {
    const { network, fragment } = this.#headers;
    if (fragment && (network === 'ipv4' || network === 'ipv6')) this.trouble.fragments++;
    if (linkTypeName(linkType) !== null) return;
    this.trouble.unknownLinkPackets++;
    this.trouble.unknownLinkType = linkType;
  }

  #find(bytes: Uint8Array): Flow | null {
    const { sourcePort, destinationPort } = this.#headers;
    let flow = this.#flows.get(sourcePort * 0x1_0000 + destinationPort) ?? null;
    while (flow !== null && !this.#isOf(flow, bytes)) flow = flow.next;
    return flow;
  }

  #isOf({ addresses }: Flow, bytes: Uint8Array): boolean {
    const { sourceAddressOffset, destinationAddressOffset, addressLength } = this.#headers;
    if (addresses.length !== 2 * addressLength) return false;
    for (let i = 0; i < addressLength; i++) {
      if (bytes[sourceAddressOffset + i] !== addresses[i]) return false;
      if (bytes[destinationAddressOffset + i] !== addresses[addressLength + i]) return false;
    }
    return true;
  }

  /** Follows a connection from here on if it is one of NVMe/TCP; returns the packet's direction of it. */
  #open(bytes: Uint8Array, start: number, end: number, isSyn: boolean): Flow | null {
    const { sourcePort, destinationPort, flags } = this.#headers;
    // Nothing can be read of the tail of a connection that is not followed.
    if (flags & tcpFlag.rst || (end === start && !isSyn)) return null;
    let fromHost: boolean;
    const opener = opensConnection(bytes, start, end);
    if (opener !== null) {
      fromHost = opener === 'host';
    } else {
      const toPort = this.#ports.has(destinationPort);
      const fromPort = this.#ports.has(sourcePort);
      if (!toPort && !fromPort) return null;
      const answers = isSyn && (flags & tcpFlag.ack) !== 0;
      fromHost = toPort && fromPort ? !answers : toPort;
    }
    if (!isSyn && opener === null) this.trouble.midStream++;
    return this.#follow(bytes, fromHost);
  }

  #follow(bytes: Uint8Array, fromHost: boolean): Flow {
    const headers = this.#headers;
    const { sourcePort, destinationPort, addressLength } = headers;
    if (this.#followed.size >= MAX_CONNECTIONS) this.#makeRoom();
    const source = bytes.slice(
      headers.sourceAddressOffset,
      headers.sourceAddressOffset + addressLength,
    );
    const destination = bytes.slice(
      headers.destinationAddressOffset,
      headers.destinationAddressOffset + addressLength,
    );
    const from = socketName(source, sourcePort);
    const to = socketName(destination, destinationPort);
    const [host, target] = fromHost ? [from, to] : [to, from];
    const stream = new QueueStream(this.#context, { path: `${host} > ${target}`, target });
    const keys = [
      sourcePort * 0x1_0000 + destinationPort,
      destinationPort * 0x1_0000 + sourcePort,
    ] as const;
    const connection = { stream, keys };
    const { toController, toHost } = stream;
    const own = fromHost ? toController : toHost;
    const other = fromHost ? toHost : toController;
    const flow = this.#enter(keys[0], join(source, destination), connection, own, other);
    this.#enter(keys[1], join(destination, source), connection, other, own);
    this.#followed.add(connection);
    this.connections++;
    return flow;
  }

  #enter(
    key: number,
    addresses: Uint8Array,
    connection: FollowedConnection,
    half: StreamHalf,
    peer: StreamHalf,
  ): Flow {
    const next = this.#flows.get(key) ?? null;
    const flow = { addresses, connection, half, peer, synAt: -1, next };
    this.#flows.set(key, flow);
    return flow;
  }

  #closing(flow: Flow, isReset: boolean): void {
    flow.half.closed = true;
    if (!isReset && !flow.peer.closed) return;
    flow.half.giveUpGaps(this.#t, this.#frame);
    flow.peer.giveUpGaps(this.#t, this.#frame);
    flow.connection.stream.close('closed');
  }

  /** Lets one connection go: one that is over, or else the oldest. */
  #makeRoom(): void {
    let oldest: FollowedConnection | null = null;
    for (const connection of this.#followed) {
      oldest ??= connection;
      if (connection.stream.closed) {
        oldest = connection;
        break;
      }
    }
    if (oldest !== null) this.#forget(oldest, 'forgotten');
  }

  #forget(connection: FollowedConnection, end: 'closed' | 'forgotten'): void {
    this.#end(connection, end);
    this.#followed.delete(connection);
    for (const key of connection.keys) this.#remove(key, connection);
  }

  #remove(key: number, connection: FollowedConnection): void {
    let before: Flow | null = null;
    let flow = this.#flows.get(key) ?? null;
    while (flow !== null) {
      if (flow.connection === connection) {
        if (before !== null) before.next = flow.next;
        else if (flow.next !== null) this.#flows.set(key, flow.next);
        else this.#flows.delete(key);
      } else {
        before = flow;
      }
      flow = flow.next;
    }
  }

  #end({ stream }: FollowedConnection, end: 'closed' | 'forgotten' | 'capture-ended'): void {
    const { toController, toHost } = stream;
    toController.giveUpGaps(this.#t, this.#frame);
    toHost.giveUpGaps(this.#t, this.#frame);
    const hadBytes = toController.hasBytes || toHost.hasBytes;
    if (hadBytes && !toController.found && !toHost.found) this.trouble.undecodable++;
    stream.close(end);
  }
}

/** Does this SYN begin another connection than the one that is followed? */
function isOther(flow: Flow, sequence: number): boolean {
  return flow.synAt !== -1 ? flow.synAt !== sequence : flow.half.known;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function socketName(address: Uint8Array, port: number): string {
  const text = formatAddress(address, 0, address.length);
  return address.length === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}
