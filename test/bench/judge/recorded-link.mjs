/** A link of a lab with its two captures, and TCP connections over it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { PcapngEncoder } from '@fenceline/capture';
import { nothing } from '../wire/pdus.mjs';
import { FRAME_HEADERS, frameHeaders, MSS, putFrame, tcpFlag } from '../wire/tcp.mjs';

const WRITE_AT_BYTES = 4 * 1024 * 1024;
/** How long a frame takes through the fabric, in ns. */
const TRANSIT = 500;

/** Writes what an encoder hands out to a file, some megabytes at a time. */
class CaptureFile {
  bytes = 0;
  #file;
  #encoder = new PcapngEncoder(new ArrayBuffer(WRITE_AT_BYTES + 65_536));
  #spare = new ArrayBuffer(WRITE_AT_BYTES + 65_536);

  constructor(path, name) {
    this.#file = openSync(path, 'wx');
    this.#encoder.section('bench');
    this.#encoder.describeInterface({ name, timestampOffsetSeconds: 1_790_000_000 });
  }

  packet(t, frame, direction) {
    this.#encoder.packet(t, frame, direction);
    if (this.#encoder.length >= WRITE_AT_BYTES) this.#write();
  }

  close() {
    this.#write();
    closeSync(this.#file);
  }

  #write() {
    const taken = this.#encoder.take(this.#spare);
    this.#spare = taken.buffer;
    writeSync(this.#file, taken);
    this.bytes += taken.length;
  }
}

export class RecordedLink {
  /** While true, what is sent is not delivered. */
  down = false;
  #frame = Buffer.alloc(FRAME_HEADERS + MSS);
  #captures;

  /** @param path - gives the path of the capture at a side, `host` or `node` */
  constructor(plan, clock, path) {
    this.plan = plan;
    this.clock = clock;
    this.#captures = {
      host: new CaptureFile(path('host'), `${plan.name}.host`),
      node: new CaptureFile(path('node'), `${plan.name}.node`),
    };
  }

  /** One segment goes from `half` to its peer. */
  segment(half, flags, payload) {
    const { peer } = half;
    const length = putFrame(this.#frame, 0, half.headers, half.next, half.seen, flags, payload);
    const frame = this.#frame.subarray(0, length);
    half.next += payload.length + (flags & tcpFlag.syn ? 1 : 0);
    this.#captures[half.side].packet(this.clock.tick(TRANSIT), frame, 'inbound');
    if (this.down) return;
    this.#captures[peer.side].packet(this.clock.tick(TRANSIT), frame, 'outbound');
    peer.seen = half.next;
  }

  get bytes() {
    return this.#captures.host.bytes + this.#captures.node.bytes;
  }

  close() {
    this.#captures.host.close();
    this.#captures.node.close();
  }
}

/** One TCP connection over a link, from its handshake on. */
export class RecordedConnection {
  #link;
  #host;
  #node;

  constructor(link, hostPort, nodePort) {
    const { hostAddress, nodeAddress } = link.plan;
    const [host, node] = [hostAddress, nodeAddress].map((text) => text.split('.').map(Number));
    this.#link = link;
    this.#host = half('host', frameHeaders(host, hostPort, node, nodePort), 1_000_000);
    this.#node = half('node', frameHeaders(node, nodePort, host, hostPort), 5_000_000);
    this.#host.peer = this.#node;
    this.#node.peer = this.#host;
    link.segment(this.#host, tcpFlag.syn, nothing);
    link.segment(this.#node, tcpFlag.syn | tcpFlag.ack, nothing);
    link.segment(this.#host, tcpFlag.ack, nothing);
  }

  fromHost(bytes) {
    this.#stream(this.#host, bytes);
  }

  fromNode(bytes) {
    this.#stream(this.#node, bytes);
  }

  /** The host ends it at once. */
  reset() {
    this.#link.segment(this.#host, tcpFlag.rst, nothing);
  }

  #stream(half, bytes) {
    for (let at = 0; at < bytes.length; at += MSS) {
      this.#link.segment(half, tcpFlag.psh | tcpFlag.ack, bytes.subarray(at, at + MSS));
    }
  }
}

/** One direction: its next sequence number, and the next that it expects of its peer. */
const half = (side, headers, next) => ({ side, headers, next, seen: 0, peer: null });
