/** Synthetic recordings, for tests: what a fabric with two vantage points per link would have captured. */
import { hashBlock, JournalEncoder, PcapngEncoder, tcpFlag, type Side } from '@fenceline/capture';
import type { LabEvent } from '@fenceline/contracts';
import {
  encodeC2hData,
  encodeCommand,
  encodeConnectData,
  encodeH2cData,
  encodeIcReq,
  encodeIcResp,
  encodeIdentify,
  encodeR2t,
  encodeResponse,
  encodeSqe,
  type Digests,
  type IdentifyFields,
} from '@fenceline/nvme';
import type { Recording } from './build/build-history.js';
import type { Topology, TopologyLink } from './topology.js';

export const BLOCK = 4096;
export const HOST_NQN = 'nqn.2026-01.org.fenceline:host1';
export const SUBSYSTEM_NQN = 'nqn.2026-01.org.fenceline:array';
const MSS = 1448;

/** A block filled from a number: equal numbers, equal blocks; 0 gives zeroes. */
export function block(seed: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  if (seed === 0) return bytes;
  let state = seed;
  for (let i = 0; i < BLOCK; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A frame between the ends of a link. */
export interface TestFrame {
  link: TestLink;
  from: Side;
  bytes: Uint8Array;
}

export interface TestLink extends TopologyLink {
  captures: Record<Side, PcapngEncoder>;
  frames: Record<Side, number>;
}

/** A recording in the making. Each thing that happens moves its clock by 1,000 ns. */
export class Traffic {
  t = 1000;
  readonly links: TestLink[] = [];
  readonly journal = new JournalEncoder(BLOCK);
  readonly timeline: LabEvent[] = [];
  /** A function that sees each frame as the captures do. */
  tap: ((frame: TestFrame, view: 'sent' | 'delivered', t: number) => void) | null = null;
  #requests = 0;
  #ports = 40_000;
  readonly #exports = new Map<string, number>();

  /** Whether sent and delivered get one time: as when the fabric forwards within one tick. */
  constructor(public instant = false) {}

  /** A new link; `exportName` names the export below its port alone. */
  link(name: string, node = name, host = 'host1', exportName?: string): TestLink {
    const number = this.links.length + 1;
    const link: TestLink = {
      name,
      host,
      node,
      hostAddress: `10.0.${number}.1`,
      nodeAddress: `10.0.${number}.2`,
      nodePort: 4420,
      ...(exportName === undefined ? {} : { exportName }),
      captures: { host: capture(`${name}.host`), node: capture(`${name}.node`) },
      frames: { host: 0, node: 0 },
    };
    this.links.push(link);
    return link;
  }

  tick(ns = 1000): number {
    this.t += ns;
    return this.t;
  }

  nextPort(): number {
    return this.#ports++;
  }

  /** The frame enters its link. */
  sent(frame: TestFrame): void {
    if (!this.instant) this.tick();
    this.#capture(frame, frame.from, 'sent');
  }

  /** The frame leaves its link. */
  delivered(frame: TestFrame): void {
    if (!this.instant) this.tick();
    this.#capture(frame, frame.from === 'host' ? 'node' : 'host', 'delivered');
  }

  #capture(frame: TestFrame, side: Side, view: 'sent' | 'delivered'): void {
    const { link, bytes } = frame;
    link.frames[side]++;
    link.captures[side].packet(this.t, bytes, view === 'sent' ? 'inbound' : 'outbound');
    this.tap?.(frame, view, this.t);
  }

  /** The backend receives a write; returns the number of the request. */
  received(node: string, slba: number, data: Uint8Array): number {
    let exported = this.#exports.get(node);
    if (exported === undefined) {
      exported = this.#exports.size;
      this.#exports.set(node, exported);
      this.journal.exported(exported, node);
    }
    const hashes: bigint[] = [];
    for (let at = 0; at < data.length; at += BLOCK) {
      hashes.push(hashBlock(data.subarray(at, at + BLOCK)));
    }
    const request = ++this.#requests;
    this.journal.received(this.tick(), {
      request,
      export: exported,
      connection: 1,
      op: 'write',
      fua: false,
      offset: slba * BLOCK,
      length: data.length,
      hashes,
    });
    return request;
  }

  applied(request: number): void {
    this.journal.applied(this.tick(), request);
  }

  /** A write that is received and applied at once. */
  apply(node: string, slba: number, data: Uint8Array): number {
    const request = this.received(node, slba, data);
    this.applied(request);
    return request;
  }

  topology(): Topology {
    return {
      blockSize: BLOCK,
      namespaceBytes: 64 * 1024 * 1024,
      links: this.links.map(
        ({ name, host, node, hostAddress, nodeAddress, nodePort, exportName }) => ({
          name,
          host,
          node,
          hostAddress,
          nodeAddress,
          nodePort,
          ...(exportName === undefined ? {} : { exportName }),
        }),
      ),
    };
  }

  /** The recording, closed in order. `chunk` is the size of the pieces in which its files are read. */
  recording(chunk = 64 * 1024): Recording {
    this.journal.ended(this.tick());
    this.timeline.push({ kind: 'end', t: this.tick() });
    return {
      topology: this.topology(),
      captures: this.links.flatMap((link) =>
        (['host', 'node'] as const).map((side) => ({
          link: link.name,
          side,
          file: `captures/${link.name}.${side}.pcapng`,
          chunks: chunksOf(link.captures[side].take(new ArrayBuffer(64)), chunk),
        })),
      ),
      journal: chunksOf(this.journal.take(), chunk),
      timeline: this.timeline,
      consoles: [],
    };
  }
}

function capture(name: string): PcapngEncoder {
  const encoder = new PcapngEncoder();
  encoder.section('test');
  encoder.describeInterface({ name, timestampOffsetSeconds: 1_700_000_000 });
  return encoder;
}

export async function* chunksOf(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.slice(at, at + size);
  }
}

/** How a payload travels. */
export interface Transmission {
  /** Bytes of each segment; the whole in MSS pieces without it. */
  splits?: readonly number[];
  /** The frames are sent and dropped. */
  lost?: boolean;
  /** The frames are sent; the test delivers them itself. */
  held?: boolean;
}

/** One TCP connection from a host to a node. */
export class TestConnection {
  readonly hostPort: number;
  readonly #next: Record<Side, number>;
  readonly #isn: Record<Side, number>;
  /** Bytes of each direction, for retransmissions. */
  readonly #sentBytes: Record<Side, Uint8Array> = {
    host: new Uint8Array(0),
    node: new Uint8Array(0),
  };

  constructor(
    readonly traffic: Traffic,
    readonly link: TestLink,
    isn: Partial<Record<Side, number>> = {},
    handshake = true,
  ) {
    this.hostPort = traffic.nextPort();
    this.#isn = { host: isn.host ?? 1_000_000, node: isn.node ?? 5_000_000 };
    this.#next = { host: this.#isn.host + 1, node: this.#isn.node + 1 };
    if (!handshake) return;
    this.#pass(this.frame('host', this.#isn.host, tcpFlag.syn));
    this.#pass(this.frame('node', this.#isn.node, tcpFlag.syn | tcpFlag.ack));
    this.#pass(this.frame('host', this.#next.host, tcpFlag.ack));
  }

  /** Sends bytes that were not sent before; returns the frames. */
  send(from: Side, bytes: Uint8Array, how: Transmission = {}): TestFrame[] {
    const frames: TestFrame[] = [];
    let at = 0;
    let part = 0;
    while (at < bytes.length) {
      const wanted = how.splits?.[part++] ?? MSS;
      const piece = bytes.subarray(at, at + Math.max(1, wanted));
      const frame = this.frame(from, this.#next[from], tcpFlag.ack | tcpFlag.psh, piece);
      this.#next[from] = (this.#next[from] + piece.length) >>> 0;
      at += piece.length;
      frames.push(frame);
      this.traffic.sent(frame);
      if (!how.lost && !how.held) this.traffic.delivered(frame);
    }
    this.#sentBytes[from] = concat(this.#sentBytes[from], bytes);
    return frames;
  }

  /** Position in the stream of the next new byte. */
  position(from: Side): number {
    return this.#sentBytes[from].length;
  }

  /** A frame that carries the stream's bytes from `start` to `end` once more. */
  again(from: Side, start: number, end: number): TestFrame {
    return this.carrying(from, start, this.#sentBytes[from].slice(start, end));
  }

  /** A frame that carries these bytes at a position of the stream, whatever was sent there. */
  carrying(from: Side, position: number, bytes: Uint8Array): TestFrame {
    const sequence = (this.#isn[from] + 1 + position) >>> 0;
    return this.frame(from, sequence, tcpFlag.ack, bytes);
  }

  close(from: Side, how: 'fin' | 'rst', lost = false): void {
    const flags = how === 'fin' ? tcpFlag.fin | tcpFlag.ack : tcpFlag.rst;
    const frame = this.frame(from, this.#next[from], flags);
    this.traffic.sent(frame);
    if (!lost) this.traffic.delivered(frame);
  }

  acknowledge(from: Side): void {
    this.#pass(this.frame(from, this.#next[from], tcpFlag.ack));
  }

  /** A frame of this connection. It acknowledges all that the other end sent unless told otherwise. */
  frame(
    from: Side,
    sequence: number,
    flags: number,
    payload: Uint8Array = new Uint8Array(0),
    acknowledgement?: number,
  ): TestFrame {
    const { link, hostPort } = this;
    const fromHost = from === 'host';
    const other: Side = fromHost ? 'node' : 'host';
    const bytes = new Uint8Array(54 + payload.length);
    const view = new DataView(bytes.buffer);
    bytes.set(
      fromHost ? [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] : [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2],
    );
    view.setUint16(12, 0x0800);
    bytes[14] = 0x45;
    view.setUint16(16, 40 + payload.length);
    bytes[22] = 64;
    bytes[23] = 6;
    const host = link.hostAddress.split('.').map(Number);
    const node = link.nodeAddress.split('.').map(Number);
    bytes.set(fromHost ? host : node, 26);
    bytes.set(fromHost ? node : host, 30);
    view.setUint16(34, fromHost ? hostPort : link.nodePort);
    view.setUint16(36, fromHost ? link.nodePort : hostPort);
    view.setUint32(38, sequence >>> 0);
    const acks = (flags & tcpFlag.ack) !== 0;
    view.setUint32(42, acks ? (acknowledgement ?? this.#received(other)) : 0);
    bytes[46] = 5 << 4;
    bytes[47] = flags;
    view.setUint16(48, 0xffff);
    bytes.set(payload, 54);
    return { link, from, bytes };
  }

  /** What an end that has received everything would acknowledge; tests with losses send no ACK of it. */
  #received(from: Side): number {
    return this.acknowledged[from] ?? this.#isn[from] + 1;
  }

  /** Sequence numbers that frames acknowledge, by who sent the bytes; the stream's beginning without it. */
  readonly acknowledged: Partial<Record<Side, number>> = {};

  /** Frames from now on acknowledge all that `from` has sent. */
  receivedAll(from: Side): void {
    this.acknowledged[from] = this.#next[from];
  }

  #pass(frame: TestFrame): void {
    this.traffic.sent(frame);
    this.traffic.delivered(frame);
  }
}

export interface AssociationOptions {
  hostNqn?: string;
  cntlid?: number;
  katoMs?: number;
  identify?: IdentifyFields;
  digests?: Digests;
  /** I/O queues. */
  queues?: number;
  isn?: Partial<Record<Side, number>>;
  splits?: readonly number[];
}

/** A host's controller over a link: admin queue, Identify, I/O queues. */
export class TestAssociation {
  readonly admin: TestConnection;
  readonly queues: TestConnection[] = [];
  readonly #digests: Digests;
  #adminCid = 0;

  constructor(
    readonly traffic: Traffic,
    readonly link: TestLink,
    readonly options: AssociationOptions = {},
  ) {
    this.#digests = options.digests ?? {};
    const cntlid = options.cntlid ?? 1;
    this.admin = this.#queue(0, 0xffff, cntlid);
    const identify = this.adminCommand({ opcode: 0x06, dataLength: 4096, dwords: { 10: 1 } });
    this.respond(
      this.admin,
      encodeC2hData(
        {
          cid: identify,
          offset: 0,
          data: encodeIdentify({ cntlid, tbkas: true, kas: 10, ...options.identify }),
          last: true,
          success: true,
        },
        this.#digests,
      ),
    );
    for (let qid = 1; qid <= (options.queues ?? 1); qid++) {
      this.queues.push(this.#queue(qid, cntlid, cntlid));
    }
  }

  get io(): TestConnection {
    return this.queues[0]!;
  }

  #queue(qid: number, asked: number, cntlid: number): TestConnection {
    const { traffic, link, options } = this;
    const connection = new TestConnection(traffic, link, options.isn);
    connection.send('host', encodeIcReq());
    connection.send('node', encodeIcResp());
    const data = encodeConnectData({
      cntlid: asked,
      subsystemNqn: SUBSYSTEM_NQN,
      hostNqn: options.hostNqn ?? HOST_NQN,
    });
    const sqe = encodeSqe({
      opcode: 0x7f,
      cid: 0,
      fabricsType: 0x01,
      dataLength: data.length,
      inCapsule: true,
      dwords: { 10: qid << 16, 11: 31, 12: qid === 0 ? (options.katoMs ?? 5000) : 0 },
    });
    connection.send('host', encodeCommand(sqe, data, this.#digests), this.#how());
    connection.send('node', encodeResponse({ cid: 0, dword0: cntlid }, this.#digests));
    return connection;
  }

  #how(): Transmission {
    const { splits } = this.options;
    return splits === undefined ? {} : { splits };
  }

  /** Sends an admin command without data; returns its CID. */
  adminCommand(fields: Omit<Parameters<typeof encodeSqe>[0], 'cid'>, data?: Uint8Array): number {
    const cid = 0x1000 + ++this.#adminCid;
    const sqe = encodeSqe({ ...fields, cid, inCapsule: data !== undefined });
    this.admin.send('host', encodeCommand(sqe, data, this.#digests));
    return cid;
  }

  respond(connection: TestConnection, pdu: Uint8Array, how?: Transmission): TestFrame[] {
    return connection.send('node', pdu, how);
  }

  /** The capsule of a write with its data in it. */
  writeCapsule(cid: number, slba: number, data: Uint8Array): Uint8Array {
    const sqe = encodeSqe({
      opcode: 0x01,
      cid,
      nsid: 1,
      slba,
      blocks: data.length / BLOCK,
      dataLength: data.length,
      inCapsule: true,
    });
    return encodeCommand(sqe, data, this.#digests);
  }

  write(cid: number, slba: number, data: Uint8Array, how?: Transmission): TestFrame[] {
    return this.io.send('host', this.writeCapsule(cid, slba, data), how ?? this.#how());
  }

  /** A write whose data travel in H2CData after an R2T, in pieces of the given sizes. */
  writeByR2t(cid: number, slba: number, data: Uint8Array, pieces: readonly number[]): void {
    const sqe = encodeSqe({
      opcode: 0x01,
      cid,
      nsid: 1,
      slba,
      blocks: data.length / BLOCK,
      dataLength: data.length,
    });
    this.io.send('host', encodeCommand(sqe, undefined, this.#digests));
    this.io.send('node', encodeR2t({ cid, tag: 7, offset: 0, length: data.length }));
    let at = 0;
    for (const size of [...pieces, data.length]) {
      const piece = data.subarray(at, at + size);
      if (piece.length === 0) break;
      const last = at + piece.length === data.length;
      const pdu = encodeH2cData({ cid, tag: 7, offset: at, data: piece, last }, this.#digests);
      this.io.send('host', pdu, this.#how());
      at += piece.length;
    }
  }

  deallocate(cid: number, ranges: readonly { slba: number; blocks: number }[]): void {
    const data = new Uint8Array(ranges.length * 16);
    const view = new DataView(data.buffer);
    ranges.forEach(({ slba, blocks }, index) => {
      view.setUint32(index * 16 + 4, blocks, true);
      view.setBigUint64(index * 16 + 8, BigInt(slba), true);
    });
    const dwords = { 10: ranges.length - 1, 11: 0x04 };
    const dataLength = data.length;
    const sqe = encodeSqe({ opcode: 0x09, cid, nsid: 1, dwords, dataLength, inCapsule: true });
    this.io.send('host', encodeCommand(sqe, data, this.#digests));
  }

  answer(cid: number, status = 0, how?: Transmission): TestFrame[] {
    return this.respond(this.io, encodeResponse({ cid, status }, this.#digests), how);
  }

  /** A read, answered with data in pieces of the given sizes and no response capsule. */
  read(cid: number, slba: number, data: Uint8Array, pieces: readonly number[] = []): void {
    const blocks = data.length / BLOCK;
    const sqe = encodeSqe({ opcode: 0x02, cid, nsid: 1, slba, blocks, dataLength: data.length });
    this.io.send('host', encodeCommand(sqe, undefined, this.#digests));
    let at = 0;
    for (const size of [...pieces, data.length]) {
      const piece = data.subarray(at, at + size);
      if (piece.length === 0) break;
      const last = at + piece.length === data.length;
      const fields = { cid, offset: at, data: piece, last, success: last };
      this.respond(this.io, encodeC2hData(fields, this.#digests));
      at += piece.length;
    }
  }
}
