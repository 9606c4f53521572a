import { tcpFlag } from '../frame/index.js';
import { HalfConnection, type HalfConnectionListener } from './half-connection.js';
import type { Segment } from './segment.js';
import type { View } from './side.js';

/** What a user of the table does with a connection. */
export interface ConnectionListener {
  readonly toNode: HalfConnectionListener;
  readonly toHost: HalfConnectionListener;
}

/** A connection that begins. */
export interface OpenedConnection {
  hostPort: number;
  nodePort: number;
  t: number;
  frame: number;
  /** False when its SYN is not in the capture: bytes before its first segment are missing. */
  fromItsBeginning: boolean;
}

/** Both directions of one TCP connection. */
export class TcpConnection {
  readonly toNode: HalfConnection;
  readonly toHost: HalfConnection;

  constructor(listener: ConnectionListener) {
    this.toNode = new HalfConnection(listener.toNode);
    this.toHost = new HalfConnection(listener.toHost);
  }
}

/**
 * The TCP connections between the two ends of one link. Segments come in the order of the lab's clock, from both vantage
 * points; a segment that was delivered comes after the same one sent.
 *
 * A SYN of the host with another sequence number begins a new connection, also when its port is used
 * again. Only the latest connection of a pair of ports is kept.
 */
export class ConnectionTable {
  readonly #connections = new Map<number, TcpConnection>();
  readonly #open: (opened: OpenedConnection) => ConnectionListener;

  /** @param open - called for each connection that begins; says who listens to it */
  constructor(open: (opened: OpenedConnection) => ConnectionListener) {
    this.#open = open;
  }

  /** Takes one segment, as it was sent or delivered. */
  take(view: View, segment: Segment): void {
    const connection = this.#find(segment);
    if (connection === null) return;
    const fromHost = segment.from === 'host';
    const own = fromHost ? connection.toNode : connection.toHost;
    own.take(view, segment);
    if (segment.flags & tcpFlag.ack) {
      const other = fromHost ? connection.toHost : connection.toNode;
      other.acknowledge(view, segment);
    }
  }

  /** The latest connection of a pair of ports; undefined where there was none. */
  get(hostPort: number, nodePort: number): TcpConnection | undefined {
    return this.#connections.get(keyOf(hostPort, nodePort));
  }

  /** No more segments will come: each connection tells what is missing. */
  finish(t: number): void {
    for (const { toNode, toHost } of this.#connections.values()) {
      toNode.finish(t);
      toHost.finish(t);
    }
  }

  #find(segment: Segment): TcpConnection | null {
    const { hostPort, nodePort, flags } = segment;
    const key = keyOf(hostPort, nodePort);
    const known = this.#connections.get(key);
    const opens = segment.from === 'host' && (flags & (tcpFlag.syn | tcpFlag.ack)) === tcpFlag.syn;
    if (known !== undefined) {
      if (!opens || known.toNode.initialSequence === segment.sequence) return known;
    } else if (flags & tcpFlag.rst || (segment.end === segment.start && !opens)) {
      // The tail of a connection from before the capture: nothing can be read of it.
      return null;
    }
    const connection = new TcpConnection(
      this.#open({
        hostPort,
        nodePort,
        t: segment.t,
        frame: segment.frame,
        fromItsBeginning: opens,
      }),
    );
    this.#connections.set(key, connection);
    return connection;
  }
}

function keyOf(hostPort: number, nodePort: number): number {
  return hostPort * 0x1_0000 + nodePort;
}
