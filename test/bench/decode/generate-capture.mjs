/**
 * Writes a capture of NVMe/TCP as tcpdump would have it: classic pcap, nanoseconds, Ethernet, IPv4. Two hosts
 * with two I/O queues each send 4 KiB and 64 KiB reads and writes, at depth 16. The same arguments give the
 * same bytes.
 */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import * as pdus from '../wire/pdus.mjs';
import { random } from '../wire/random.mjs';
import { FRAME_HEADERS, frameHeaders, MSS, putFrame, tcpFlag } from '../wire/tcp.mjs';

const BLOCK = 4096;
const DEPTH = 16;
const PORT = 4420;
const START_SECONDS = 1_790_000_000;
const RECORD_HEADER = 16;
const CHUNK = 4 * 1024 * 1024;

/** Records in a growing file; the clock moves with every frame. */
class Capture {
  bytes = 0;
  frames = 0;
  commands = 0;
  #stream;
  #chunk = Buffer.allocUnsafe(CHUNK);
  #used = 0;
  #seconds = START_SECONDS;
  #nanoseconds = 0;

  constructor(file) {
    this.#stream = createWriteStream(file);
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b23c4d, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(262_144, 16);
    header.writeUInt32LE(1, 20);
    this.#stream.write(header);
    this.bytes = header.length;
  }

  /** One TCP segment; `payload` may be empty. */
  segment(half, flags, payload) {
    const length = FRAME_HEADERS + payload.length;
    if (this.#used + RECORD_HEADER + length > CHUNK) this.#hand();
    const chunk = this.#chunk;
    let at = this.#used;
    this.#nanoseconds += 2_000 + (this.frames % 7) * 100;
    if (this.#nanoseconds >= 1_000_000_000) {
      this.#nanoseconds -= 1_000_000_000;
      this.#seconds++;
    }
    chunk.writeUInt32LE(this.#seconds, at);
    chunk.writeUInt32LE(this.#nanoseconds, at + 4);
    chunk.writeUInt32LE(length, at + 8);
    chunk.writeUInt32LE(length, at + 12);
    at += RECORD_HEADER;
    putFrame(chunk, at, half.headers, half.next, half.peer.next, flags, payload);
    this.#used = at + length;
    this.bytes += RECORD_HEADER + length;
    this.frames++;
    half.next += payload.length + (flags & tcpFlag.syn ? 1 : 0);
  }

  /** Bytes of a stream, in full segments, with an ACK of the other end for every second one. */
  stream(half, bytes) {
    let segments = 0;
    for (let at = 0; at < bytes.length; at += MSS) {
      this.segment(half, tcpFlag.psh | tcpFlag.ack, bytes.subarray(at, at + MSS));
      if (++segments % 2 === 0) this.segment(half.peer, tcpFlag.ack, pdus.nothing);
    }
  }

  #hand() {
    this.#stream.write(this.#chunk.subarray(0, this.#used));
    this.#chunk = Buffer.allocUnsafe(CHUNK);
    this.#used = 0;
  }

  /** Waits where the disk is slower than we are. */
  async drained() {
    if (this.#stream.writableNeedDrain) await once(this.#stream, 'drain');
  }

  async close() {
    this.#hand();
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}

const address = (last) => [10, 0, 0, last];

function half(from, to, fromPort, toPort) {
  const headers = frameHeaders(address(from), fromPort, address(to), toPort);
  return { headers, next: from * 1_000_000, peer: null };
}

/** A connection from its SYN to the answer to its Connect. */
function connect(capture, host, qid, port) {
  const toTarget = half(host, 100, port, PORT);
  const toHost = half(100, host, PORT, port);
  toTarget.peer = toHost;
  toHost.peer = toTarget;
  capture.segment(toTarget, tcpFlag.syn, pdus.nothing);
  capture.segment(toHost, tcpFlag.syn | tcpFlag.ack, pdus.nothing);
  capture.segment(toTarget, tcpFlag.ack, pdus.nothing);
  capture.stream(toTarget, pdus.icReq());
  capture.stream(toHost, pdus.icResp());
  const subsystemNqn = 'nqn.2026-01.org.fenceline:array';
  const hostNqn = `nqn.2026-01.org.fenceline:host${host}`;
  const ask = { cntlid: host, hostNqn, subsystemNqn, katoMs: 5000 };
  capture.stream(toTarget, pdus.connect(qid, ask));
  capture.stream(toHost, pdus.response(0, host));
  capture.commands++;
  return { toTarget, toHost };
}

/** `DEPTH` commands sent at once, and then answered in another order. */
function exchange(capture, queue, next, payload) {
  const batch = [];
  for (let i = 0; i < DEPTH; i++) {
    const read = next(2) === 0;
    const blocks = next(16) === 0 ? 16 : 1;
    const length = blocks * BLOCK;
    const cid = (next(16) << 12) | (i + 1);
    const start = next(1000) * 64;
    const data = payload.subarray(start, start + length);
    const inCapsule = !read && blocks === 1;
    const code = read ? pdus.opcode.read : pdus.opcode.write;
    const slba = next(1_000_000);
    capture.stream(
      queue.toTarget,
      pdus.ioCommand(code, cid, slba, blocks, length, inCapsule ? data : pdus.nothing),
    );
    batch.push({ cid, read, data, length, inCapsule });
    capture.commands++;
  }
  batch.sort((a, b) => (a.cid & 0xff) * 7 - (b.cid & 0xff) * 7 || a.cid - b.cid);
  for (const { cid, read, data, length, inCapsule } of batch) {
    if (read) {
      capture.stream(queue.toHost, pdus.c2hData(cid, data));
    } else if (!inCapsule) {
      capture.stream(queue.toHost, pdus.r2t(cid, length));
      capture.stream(queue.toTarget, pdus.h2cData(cid, data));
    }
    capture.stream(queue.toHost, pdus.response(cid));
  }
}

/**
 * Writes a capture of at least `bytes` bytes.
 *
 * @returns how many bytes, frames and commands it has
 */
export async function generateCapture(file, bytes) {
  const capture = new Capture(file);
  const next = random(2_463_534_242);
  const payload = Buffer.alloc(1000 * 64 + 16 * BLOCK);
  for (let at = 0; at < payload.length; at++) payload[at] = next(256);
  const queues = [];
  for (const host of [1, 2]) {
    connect(capture, host, 0, 40_000 + host * 10);
    for (const qid of [1, 2]) queues.push(connect(capture, host, qid, 40_000 + host * 10 + qid));
  }
  while (capture.bytes < bytes) {
    exchange(capture, queues[next(queues.length)], next, payload);
    await capture.drained();
  }
  await capture.close();
  return { bytes: capture.bytes, frames: capture.frames, commands: capture.commands };
}
