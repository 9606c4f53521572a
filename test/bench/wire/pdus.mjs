/** PDUs of NVMe/TCP as hosts and controllers send them (NVMe/TCP Transport Specification 1.1, section 3.6). */

export const nothing = Buffer.alloc(0);

export const opcode = { write: 0x01, read: 0x02, identify: 0x06, fabrics: 0x7f };

/** Flags of C2HData and H2CData: the last of its command; it stands for the answer too. */
export const lastData = 0x04;
export const success = 0x08;

const ENTRY = 8;

export function pdu(type, headerLength, data, fill, flags = 0) {
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

export const icReq = () => pdu(0x00, 128, nothing, () => undefined);

export const icResp = () => pdu(0x01, 128, nothing, (bytes) => bytes.writeUInt32LE(131_072, 12));

/** A command capsule; `fill` gets the whole PDU, in which the entry begins at byte 8. */
export function command(code, cid, data, length, fill) {
  return pdu(0x04, 72, data, (bytes) => {
    bytes[ENTRY] = code;
    bytes[ENTRY + 1] = 0x40;
    bytes.writeUInt16LE(cid, ENTRY + 2);
    bytes.writeUInt32LE(length, ENTRY + 32);
    bytes[ENTRY + 39] = data.length > 0 ? 0x01 : 0x5a;
    fill(bytes);
  });
}

/** A read or a write of namespace 1. Writes with `data` carry them in the capsule. */
export function ioCommand(code, cid, slba, blocks, length, data = nothing) {
  return command(code, cid, data, length, (bytes) => {
    bytes.writeUInt32LE(1, ENTRY + 4);
    bytes.writeUInt32LE(slba, ENTRY + 40);
    bytes.writeUInt16LE(blocks - 1, ENTRY + 48);
  });
}

/** Connect of an admin queue (qid 0) or an I/O queue. */
export function connect(qid, { cntlid, hostNqn, subsystemNqn, katoMs = 0 }) {
  const data = Buffer.alloc(1024);
  data.writeUInt16LE(qid === 0 ? 0xffff : cntlid, 16);
  data.write(subsystemNqn, 256, 'latin1');
  data.write(hostNqn, 512, 'latin1');
  return command(opcode.fabrics, 0, data, 1024, (bytes) => {
    bytes[ENTRY + 4] = 0x01;
    bytes.writeUInt16LE(qid, ENTRY + 42);
    bytes.writeUInt16LE(127, ENTRY + 44);
    if (qid === 0) bytes.writeUInt32LE(katoMs, ENTRY + 48);
  });
}

export function response(cid, dword0 = 0) {
  return pdu(0x05, 24, nothing, (bytes) => {
    bytes.writeUInt32LE(dword0, 8);
    bytes.writeUInt16LE(cid, 20);
  });
}

export const r2t = (cid, length) =>
  pdu(0x09, 24, nothing, (bytes) => {
    bytes.writeUInt16LE(cid, 8);
    bytes.writeUInt32LE(length, 16);
  });

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

export const c2hData = (cid, data, flags = lastData) => transfer(0x07, cid, data, flags);

export const h2cData = (cid, data) => transfer(0x06, cid, data, lastData);
