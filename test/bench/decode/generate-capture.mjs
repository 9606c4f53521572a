/**
 * Writes a capture of NVMe/TCP as tcpdump would have it: classic pcap, nanoseconds, Ethernet, IPv4. Two hosts
 * with two I/O queues each send 4 KiB and 64 KiB reads and writes, at depth 16. The same arguments give the
 * same bytes.
 */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const MSS = 1448;
const BLOCK = 4096;
const DEPTH = 16;
const PORT = 4420;
const START_SECONDS = 1_790_000_000;
const FRAME_HEADERS = 14 + 20 + 20;
const RECORD_HEADER = 16;
const CHUNK = 4 * 1024 * 1024;

/** A small generator of numbers (xorshift32): the same seed, the same numbers. */
function random(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

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
    half.headers.copy(chunk, at);
    chunk.writeUInt16BE(length - 14, at + 16);
    chunk.writeUInt32BE(half.next >>> 0, at + 38);
    chunk.writeUInt32BE(half.peer.next >>> 0, at + 42);
    chunk[at + 47] = flags;
    payload.copy(chunk, at + FRAME_HEADERS);
    this.#used = at + length;
    this.bytes += RECORD_HEADER + length;
    this.frames++;
    half.next += payload.length + (flags & 0x03 ? 1 : 0);
  }

  /** Bytes of a stream, in full segments, with an ACK of the other end for every second one. */
  stream(half, bytes) {
    let segments = 0;
    for (let at = 0; at < bytes.length; at += MSS) {
      this.segment(half, 0x18, bytes.subarray(at, at + MSS));
      if (++segments % 2 === 0) this.segment(half.peer, 0x10, nothing);
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

const nothing = Buffer.alloc(0);

function half(from, to, fromPort, toPort) {
  const headers = Buffer.alloc(FRAME_HEADERS);
  headers.set([0x52, 0x54, 0, 0, 0, to, 0x52, 0x54, 0, 0, 0, from, 0x08, 0x00]);
  headers.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to], 14);
  headers.writeUInt16BE(fromPort, 34);
  headers.writeUInt16BE(toPort, 36);
  headers[46] = 0x50;
  headers.writeUInt16BE(0xffff, 48);
  return { headers, next: from * 1_000_000, peer: null };
}

function pdu(type, headerLength, data, fill, flags = 0) {
  const bytes = Buffer.alloc(headerLength + data.length);
  bytes[0] = type;
  bytes[1] = flags;
  bytes[2] = headerLength;
  bytes[3] = data.length > 0 ? headerLength : 0;
  bytes.writeUInt32LE(bytes.length, 4);
  fill(bytes);
  data.copy(bytes, headerLength);
  return bytes;
}

function command(opcode, cid, data, length, fill) {
  return pdu(0x04, 72, data, (bytes) => {
    bytes[8] = opcode;
    bytes[9] = 0x40;
    bytes.writeUInt16LE(cid, 10);
    bytes.writeUInt32LE(length, 40);
    bytes[47] = data.length > 0 ? 0x01 : 0x5a;
    fill(bytes);
  });
}

function response(cid, dword0 = 0) {
  return pdu(0x05, 24, nothing, (bytes) => {
    bytes.writeUInt32LE(dword0, 8);
    bytes.writeUInt16LE(cid, 20);
  });
}

/** A connection from its SYN to the answer to its Connect. */
function connect(capture, host, qid, port) {
  const toTarget = half(host, 100, port, PORT);
  const toHost = half(100, host, PORT, port);
  toTarget.peer = toHost;
  toHost.peer = toTarget;
  capture.segment(toTarget, 0x02, nothing);
  capture.segment(toHost, 0x12, nothing);
  capture.segment(toTarget, 0x10, nothing);
  capture.stream(
    toTarget,
    pdu(0x00, 128, nothing, () => undefined),
  );
  capture.stream(
    toHost,
    pdu(0x01, 128, nothing, (bytes) => bytes.writeUInt32LE(131_072, 12)),
  );
  const data = Buffer.alloc(1024);
  data.writeUInt16LE(qid === 0 ? 0xffff : host, 16);
  data.write('nqn.2026-01.org.fenceline:array', 256, 'latin1');
  data.write(`nqn.2026-01.org.fenceline:host${host}`, 512, 'latin1');
  const entry = command(0x7f, 0, data, 1024, (bytes) => {
    bytes[12] = 0x01;
    bytes.writeUInt16LE(qid, 8 + 42);
    bytes.writeUInt16LE(127, 8 + 44);
    if (qid === 0) bytes.writeUInt32LE(5000, 8 + 48);
  });
  capture.stream(toTarget, entry);
  capture.stream(toHost, response(0, host));
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
    const entry = command(read ? 0x02 : 0x01, cid, inCapsule ? data : nothing, length, (bytes) => {
      bytes.writeUInt32LE(1, 12);
      bytes.writeUInt32LE(next(1_000_000), 48);
      bytes.writeUInt16LE(blocks - 1, 56);
    });
    capture.stream(queue.toTarget, entry);
    batch.push({ cid, read, data, length, inCapsule });
    capture.commands++;
  }
  batch.sort((a, b) => (a.cid & 0xff) * 7 - (b.cid & 0xff) * 7 || a.cid - b.cid);
  for (const { cid, read, data, length, inCapsule } of batch) {
    if (read) {
      capture.stream(queue.toHost, transfer(0x07, cid, data, 0x04));
    } else if (!inCapsule) {
      const r2t = pdu(0x09, 24, nothing, (bytes) => {
        bytes.writeUInt16LE(cid, 8);
        bytes.writeUInt32LE(length, 16);
      });
      capture.stream(queue.toHost, r2t);
      capture.stream(queue.toTarget, transfer(0x06, cid, data, 0x04));
    }
    capture.stream(queue.toHost, response(cid));
  }
}

function transfer(type, cid, data, flags) {
  return pdu(
    type,
    24,
    data,
    (bytes) => {
      bytes.writeUInt16LE(cid, 8);
      bytes.writeUInt32LE(data.length, 16);
    },
    flags,
  );
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
