/**
 * Load generator for NBD servers: writes over a Unix socket, a fixed number of them in flight.
 *
 *   node backend-load.mjs SOCKET EXPORT REQUEST_BYTES DEPTH REQUESTS WARM_UP
 *
 * Prints {seconds} as JSON, of REQUESTS writes after one to each block of the medium and WARM_UP more.
 */
import { connect } from 'node:net';

const OPTION_MAGIC = 0x49484156454f5054n;
const OPTION_GO = 7;
const REPLY_ACK = 1;
const REQUEST_MAGIC = 0x25609513;
const REQUEST_BYTES = 28;
const REPLY_BYTES = 16;

const [socketPath, exportName, ...numbers] = process.argv.slice(2);
const [bytes, depth, requests, warmUp] = numbers.map(Number);

const socket = connect(socketPath);
const size = await handshake();
const slots = Array.from({ length: depth }, (_, slot) => {
  const request = Buffer.alloc(REQUEST_BYTES + bytes, slot + 1);
  request.fill(0, 0, REQUEST_BYTES);
  request.writeUInt32BE(REQUEST_MAGIC, 0);
  request.writeUInt16BE(1, 6);
  request.writeUInt32BE(slot, 12);
  request.writeUInt32BE(bytes, 24);
  return request;
});
const blocks = Math.floor(size / bytes);

const scattered = (index) => (index * 7919) % blocks;

await write(blocks, (index) => index);
await write(warmUp, scattered);
const started = process.hrtime.bigint();
await write(requests, scattered);
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
console.log(JSON.stringify({ seconds }));
socket.destroy();

/** Opens the export with GO; returns its size in bytes. */
function handshake() {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    let greeted = false;
    socket.on('error', reject);
    socket.on('data', function read(chunk) {
      received = Buffer.concat([received, chunk]);
      if (!greeted) {
        if (received.length < 18) return;
        received = received.subarray(18);
        greeted = true;
        const name = Buffer.from(exportName);
        const go = Buffer.alloc(4 + 16 + 4 + name.length + 2);
        go.writeUInt32BE(3, 0);
        go.writeBigUInt64BE(OPTION_MAGIC, 4);
        go.writeUInt32BE(OPTION_GO, 12);
        go.writeUInt32BE(6 + name.length, 16);
        go.writeUInt32BE(name.length, 20);
        name.copy(go, 24);
        socket.write(go);
      }
      let exportSize = null;
      for (let at = 0; received.length - at >= 20;) {
        const type = received.readUInt32BE(at + 12);
        const length = received.readUInt32BE(at + 16);
        if (received.length - at < 20 + length) return;
        if (type >= 0x80000000) reject(new Error(`GO refused: ${type}`));
        if (type === 3 && received.readUInt16BE(at + 20) === 0) {
          exportSize = Number(received.readBigUInt64BE(at + 22));
        }
        if (type === REPLY_ACK) {
          socket.off('data', read);
          resolve(exportSize);
          return;
        }
        at += 20 + length;
      }
    });
  });
}

/** Writes `count` requests with `depth` in flight; `blockOf` says where each goes. */
function write(count, blockOf) {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = 0;
    let partial = Buffer.alloc(0);
    const send = (slot) => {
      const request = slots[slot];
      const offset = blockOf(sent++) * bytes;
      request.writeUInt32BE(Math.floor(offset / 2 ** 32), 16);
      request.writeUInt32BE(offset >>> 0, 20);
      socket.write(request);
    };
    socket.on('data', function read(chunk) {
      if (partial.length > 0) chunk = Buffer.concat([partial, chunk]);
      let at = 0;
      socket.cork();
      for (; chunk.length - at >= REPLY_BYTES; at += REPLY_BYTES) {
        const error = chunk.readUInt32BE(at + 4);
        if (error !== 0) reject(new Error(`a write failed with ${error}`));
        answered++;
        if (sent < count) send(chunk.readUInt32BE(at + 12));
      }
      socket.uncork();
      partial = chunk.subarray(at);
      if (answered === count) {
        socket.off('data', read);
        resolve();
      }
    });
    socket.cork();
    for (let slot = 0; slot < depth && sent < count; slot++) send(slot);
    socket.uncork();
  });
}
