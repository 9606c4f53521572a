/**
 * One end of the benchmark's cable, in a process of its own: it stands in for a QEMU, which writes each
 * frame behind its 4-byte length with one system call and reads whatever is there.
 *
 * node peer.mjs listen|connect SOCKET, then a job over IPC: {kind: 'ping', count, length},
 * {kind: 'echo'}, {kind: 'send', frames, length, perSecond} or {kind: 'receive', frames}.
 */
import { connect, createServer } from 'node:net';
import { setImmediate } from 'node:timers';

const [how, path] = process.argv.slice(2);
const prefix = 4;

const socket = await new Promise((resolve, reject) => {
  if (how === 'connect') {
    const made = connect(path, () => resolve(made)).once('error', reject);
    return;
  }
  const server = createServer((made) => {
    server.close();
    resolve(made);
  });
  server.once('error', reject).listen(path, () => process.send({ ready: true }));
});
if (how === 'connect') process.send({ ready: true });
process.on('disconnect', () => socket.destroy());

/** Calls back for each whole frame. */
function onFrames(visit) {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= prefix) {
      const end = at + prefix + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      visit(bytes, at, end);
      at = end;
    }
    rest = bytes.subarray(at);
  });
}

function framed(length) {
  const frame = Buffer.alloc(prefix + length, 0x5a);
  frame.writeUInt32BE(length);
  return frame;
}

const jobs = {
  /** One frame at a time, there and back; tells how long each took, in ns. */
  ping({ count, length }) {
    const frame = framed(length);
    const times = new Float64Array(count);
    let done = 0;
    let start = 0n;
    const send = () => {
      start = process.hrtime.bigint();
      socket.write(frame);
    };
    onFrames(() => {
      times[done++] = Number(process.hrtime.bigint() - start);
      if (done < count) send();
      else process.send({ done: Array.from(times) });
    });
    send();
  },

  echo() {
    onFrames((bytes, at, end) => socket.write(bytes.subarray(at, end)));
  },

  /** Frames in a write each: as fast as they are taken, or one at a time at a steady rate. */
  send({ frames, length, perSecond }) {
    const frame = framed(length);
    let left = frames;
    const fill = () => {
      while (left > 0) {
        left--;
        if (!socket.write(frame)) break;
      }
      if (left > 0) socket.once('drain', fill);
    };
    const start = performance.now();
    const pace = () => {
      const due = frames - ((performance.now() - start) / 1000) * perSecond;
      while (left > 0 && left > due) {
        left--;
        socket.write(frame);
      }
      if (left > 0) setImmediate(pace);
    };
    if (perSecond === undefined) fill();
    else pace();
  },

  /** Copies each frame, as into a guest's memory; tells how long it took from first to last, in ns. */
  receive({ frames }) {
    const memory = Buffer.alloc(128 * 1024);
    let got = 0;
    let start = 0n;
    onFrames((chunk, at, end) => {
      if (got === 0) start = process.hrtime.bigint();
      chunk.copy(memory, 0, at + prefix, end);
      if (++got === frames) process.send({ done: Number(process.hrtime.bigint() - start) });
    });
  },
};

process.on('message', (job) => jobs[job.kind](job));
