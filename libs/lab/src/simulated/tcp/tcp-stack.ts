import { FrameHeaders, parseFrame, tcpFlag } from '@fenceline/capture';
import type { Scheduler } from '@fenceline/contracts';
import type { Connection, ConnectionUser, Random } from '@fenceline/reference';
import { FrameWriter, type Interface } from '../../frame-writer.js';
import { TcpConnection, type TcpOwner } from './tcp-connection.js';

/** Linux's range of ports for those who connect (ip_local_port_range). */
const firstEphemeralPort = 32_768;
const lastEphemeralPort = 60_999;

/** What is offered always: 65,535 bytes, scaled. */
const window = 0xffff;

const { syn, rst, ack } = tcpFlag;

export interface TcpStackOptions {
  scheduler: Scheduler;
  /** This end of the link, and the other one. */
  local: Interface;
  remote: Interface;
  /** Initial sequence numbers and the first port come from here. */
  random: Random;
  /** Gives the memory of a frame of so many bytes. */
  memory: (length: number) => Uint8Array;
  /** Sends a frame, whose memory is no longer the stack's then. */
  send: (frame: Uint8Array) => void;
}

/** TCP over IPv4 on a network card at whose other end is one other card. */
export class TcpStack {
  readonly #options: TcpStackOptions;
  readonly #writer: FrameWriter;
  readonly #headers = new FrameHeaders();
  readonly #listeners = new Map<number, (connection: Connection) => ConnectionUser>();
  /** By local and remote port. */
  readonly #connections = new Map<number, TcpConnection>();
  #nextPort: number;

  constructor(options: TcpStackOptions) {
    this.#options = options;
    this.#writer = new FrameWriter(options.local, options.remote, options.memory);
    this.#nextPort =
      firstEphemeralPort + (options.random() % (lastEphemeralPort - firstEphemeralPort));
  }

  /** Accepts connections to a port; `accept` is called once each is open, and gives its user. */
  listen(port: number, accept: (connection: Connection) => ConnectionUser): void {
    this.#listeners.set(port, accept);
  }

  /** Begins to connect to a port of the other end. */
  dial(port: number, user: ConnectionUser & { opened(): void }): Connection {
    const local = this.#nextPort++;
    if (this.#nextPort > lastEphemeralPort) this.#nextPort = firstEphemeralPort;
    const owner = this.#owner(local, port);
    const connection = TcpConnection.dial(owner, this.#options.random(), user);
    this.#connections.set(keyOf(local, port), connection);
    return connection;
  }

  /** Takes a frame that arrived. Its bytes are only lent. */
  receive(frame: Uint8Array): void {
    const headers = this.#headers;
    parseFrame(frame, headers);
    if (headers.transport !== 'tcp') return;
    const { sourcePort, destinationPort, sequence, acknowledgement, flags } = headers;
    const payload = frame.subarray(headers.payloadOffset, headers.networkEnd);
    const key = keyOf(destinationPort, sourcePort);
    const connection = this.#connections.get(key);
    if (connection) {
      connection.receive({ sequence, acknowledgement, flags, payload });
      return;
    }
    const accept = this.#listeners.get(destinationPort);
    if (accept && (flags & (syn | ack | rst)) === syn) {
      const owner = this.#owner(destinationPort, sourcePort);
      const { random } = this.#options;
      this.#connections.set(key, TcpConnection.accept(owner, random(), sequence, accept));
    } else if ((flags & rst) === 0) {
      this.#refuse(headers, payload.length);
    }
  }

  /** What belongs to no connection is answered with RST (RFC 9293, section 3.10.7.1). */
  #refuse(headers: FrameHeaders, payloadBytes: number): void {
    const { flags, sequence, acknowledgement, sourcePort, destinationPort } = headers;
    const length = payloadBytes + (flags & syn ? 1 : 0) + (flags & tcpFlag.fin ? 1 : 0);
    const owner = this.#owner(destinationPort, sourcePort);
    if (flags & ack) owner.transmit(acknowledgement, 0, rst, 0);
    else owner.transmit(0, (sequence + length) >>> 0, rst | ack, 0);
  }

  #owner(sourcePort: number, destinationPort: number): TcpOwner {
    const { scheduler, send } = this.#options;
    return {
      scheduler,
      transmit: (sequence, acknowledgement, flags, payloadBytes, fill) => {
        const segment = {
          sourcePort,
          destinationPort,
          sequence,
          acknowledgement,
          flags,
          window: flags & rst ? 0 : window,
        };
        send(this.#writer.frame(segment, payloadBytes, fill));
      },
      forgotten: () => this.#connections.delete(keyOf(sourcePort, destinationPort)),
    };
  }
}

function keyOf(local: number, remote: number): number {
  return local * 0x10000 + remote;
}
