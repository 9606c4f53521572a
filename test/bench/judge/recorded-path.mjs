/** An association over a recorded link: an admin queue, I/O queues, and commands on them. */
import * as pdus from '../wire/pdus.mjs';
import { RecordedConnection } from './recorded-link.mjs';

const KATO_MS = 5000;
/** CTRATT bit 6: traffic based keep alive. */
const TBKAS = 0x40;

export class RecordedPath {
  #queues;
  #names;
  #cid = 0;

  /** @param ports - gives the host's next TCP port */
  constructor(link, { cntlid, queues, names, ports, nodePort }) {
    this.link = link;
    this.cntlid = cntlid;
    this.#names = names;
    this.#queues = Array.from({ length: queues + 1 }, (_, qid) =>
      this.#connect(qid, new RecordedConnection(link, ports(), nodePort)),
    );
    this.#identify();
  }

  /** The host sends a write, its data in the capsule; returns what answers it. */
  write(qid, slba, blocks, data) {
    const cid = this.#nextCid();
    this.#queues[qid].fromHost(
      pdus.ioCommand(pdus.opcode.write, cid, slba, blocks, data.length, data),
    );
    return { answer: () => this.#queues[qid].fromNode(pdus.response(cid)) };
  }

  /** The host sends a read; what is returned answers it with data. */
  read(qid, slba, blocks, length) {
    const cid = this.#nextCid();
    this.#queues[qid].fromHost(pdus.ioCommand(pdus.opcode.read, cid, slba, blocks, length));
    const flags = pdus.lastData | pdus.success;
    return { answer: (data) => this.#queues[qid].fromNode(pdus.c2hData(cid, data, flags)) };
  }

  /** The host gives the association up. */
  reset() {
    for (const queue of this.#queues) queue.reset();
  }

  #connect(qid, connection) {
    connection.fromHost(pdus.icReq());
    connection.fromNode(pdus.icResp());
    connection.fromHost(
      pdus.connect(qid, { ...this.#names, cntlid: this.cntlid, katoMs: KATO_MS }),
    );
    connection.fromNode(pdus.response(0, this.cntlid));
    return connection;
  }

  #identify() {
    const cid = this.#nextCid();
    const data = Buffer.alloc(4096);
    data.writeUInt16LE(this.cntlid, 78);
    data.writeUInt32LE(TBKAS, 96);
    data.writeUInt16LE(10, 320);
    const controller = (bytes) => (bytes[48] = 0x01);
    const [admin] = this.#queues;
    admin.fromHost(pdus.command(pdus.opcode.identify, cid, pdus.nothing, 4096, controller));
    admin.fromNode(pdus.c2hData(cid, data));
    admin.fromNode(pdus.response(cid));
  }

  #nextCid() {
    this.#cid = (this.#cid + 1) & 0xffff;
    return this.#cid;
  }
}
