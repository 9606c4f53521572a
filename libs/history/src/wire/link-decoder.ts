import {
  ConnectionTable,
  FrameHeaders,
  parseFrame,
  type ConnectionListener,
  type OpenedConnection,
  type Segment,
  type Side,
  type View,
} from '@fenceline/capture';
import { never, type Connection } from '../model.js';
import { QueueDecoder, type DecodedLink, type WireContext } from './queue-decoder.js';

const noBytes = new Uint8Array(0);

/** Finds the NVMe/TCP connections in the frames of one link. */
export class LinkDecoder {
  readonly #headers = new FrameHeaders();
  readonly #segment: Segment = {
    from: 'host',
    hostPort: 0,
    nodePort: 0,
    sequence: 0,
    acknowledgement: 0,
    flags: 0,
    bytes: noBytes,
    start: 0,
    end: 0,
    t: 0,
    frame: 0,
  };
  readonly #connections: ConnectionTable;
  readonly #hostAddress: Uint8Array;
  readonly #nodeAddress: Uint8Array;

  /** @param nextConnection - gives the number of a connection that begins */
  constructor(
    private readonly context: WireContext,
    private readonly link: DecodedLink,
    private readonly nextConnection: () => number,
  ) {
    this.#hostAddress = addressBytes(link.topology.hostAddress);
    this.#nodeAddress = addressBytes(link.topology.nodeAddress);
    this.#connections = new ConnectionTable((opened) => this.#open(opened));
  }

  /**
   * Who sent a frame: the end that its source address names; null for a frame that is not NVMe/TCP between
   * the two ends.
   */
  senderOf(frame: Uint8Array): Side | null {
    const headers = this.#headers;
    parseFrame(frame, headers);
    if (headers.transport !== 'tcp') return null;
    const { nodePort } = this.link.topology;
    const { sourceAddressOffset: source, destinationAddressOffset: destination } = headers;
    if (
      headers.destinationPort === nodePort &&
      matches(frame, source, this.#hostAddress) &&
      matches(frame, destination, this.#nodeAddress)
    ) {
      return 'host';
    }
    if (
      headers.sourcePort === nodePort &&
      matches(frame, source, this.#nodeAddress) &&
      matches(frame, destination, this.#hostAddress)
    ) {
      return 'node';
    }
    return null;
  }

  /** Takes a frame seen at the port of `side`. */
  frameAt(side: Side, bytes: Uint8Array, t: number, number: number): void {
    const from = this.senderOf(bytes);
    if (from !== null) this.#take(from, from === side ? 'sent' : 'delivered', bytes, t, number);
  }

  /** Takes a frame as it was sent, or delivered, whoever sent it. */
  frame(view: View, bytes: Uint8Array, t: number, number: number): void {
    const from = this.senderOf(bytes);
    if (from !== null) this.#take(from, view, bytes, t, number);
  }

  /**
   * The sequence number that one end of a connection expects next: all bytes before it were delivered there.
   * Undefined for a connection that this link never had.
   */
  expectedBy(end: Side, hostPort: number): number | undefined {
    const connection = this.#connections.get(hostPort, this.link.topology.nodePort);
    const incoming = end === 'host' ? connection?.toHost : connection?.toNode;
    return incoming?.delivered.nextSequence;
  }

  /** Tells what is missing when no more frames will come. */
  finish(t: number): void {
    this.#connections.finish(t);
  }

  /** The headers of the frame were parsed by `senderOf`. */
  #take(from: Side, view: View, bytes: Uint8Array, t: number, number: number): void {
    const headers = this.#headers;
    const segment = this.#segment;
    const fromHost = from === 'host';
    segment.from = from;
    segment.hostPort = fromHost ? headers.sourcePort : headers.destinationPort;
    segment.nodePort = fromHost ? headers.destinationPort : headers.sourcePort;
    segment.sequence = headers.sequence;
    segment.acknowledgement = headers.acknowledgement;
    segment.flags = headers.flags;
    segment.bytes = bytes;
    segment.start = headers.payloadOffset;
    segment.end = headers.networkEnd;
    segment.t = t;
    segment.frame = number;
    this.#connections.take(view, segment);
    segment.bytes = noBytes;
  }

  #open(opened: OpenedConnection): ConnectionListener {
    const { topology, files } = this.link;
    const connection: Connection = {
      id: this.nextConnection(),
      link: topology.name,
      qid: -1,
      hostSocket: `${topology.hostAddress}:${opened.hostPort}`,
      nodeSocket: `${topology.nodeAddress}:${opened.nodePort}`,
      openedAt: opened.t,
      hostClosedAt: never,
      nodeClosedAt: never,
      lastNewHostBytesAt: -Infinity,
    };
    if (!opened.fromItsBeginning) {
      this.context.listener.onProblem?.(
        opened.t,
        `capture ${files.host}`,
        `link ${topology.name}, ${connection.hostSocket} to ${connection.nodeSocket}: the connection's beginning is not recorded`,
      );
    }
    this.context.listener.onOpening?.(topology.name, opened.t);
    return new QueueDecoder(this.context, this.link, connection);
  }
}

function matches(frame: Uint8Array, at: number, address: Uint8Array): boolean {
  for (let i = 0; i < address.length; i++) if (frame[at + i] !== address[i]) return false;
  return true;
}

/** Bytes of an IPv4 address in dotted decimal, the only kind that a plan has. */
function addressBytes(text: string): Uint8Array {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) {
    throw new Error(`${text} is no IPv4 address`);
  }
  return Uint8Array.from(parts);
}
