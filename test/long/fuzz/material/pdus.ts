import {
  encodeC2hData,
  encodeCcrLog,
  encodeCommand,
  encodeConnectData,
  encodeH2cData,
  encodeIcReq,
  encodeIcResp,
  encodePdu,
  encodeR2t,
  encodeResponse,
  encodeSqe,
  PduType,
  type Digests,
  type SqeFields,
} from '@fenceline/nvme';

/** A PDU, and who sends it. */
export interface Spoken {
  from: 'host' | 'node';
  bytes: Uint8Array;
}

const pattern = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 37 + 11) & 0xff);

const terminate = (type: number): Uint8Array =>
  encodePdu({ type, headerLength: 24, fill: (view) => view.setUint16(8, 2, true) });

/** A queue's connection: every kind of PDU and of command that a decoder looks into, with little data. */
export function queueTalk(qid: number, digests: Digests = {}): Spoken[] {
  const talk: Spoken[] = [];
  const host = (bytes: Uint8Array) => talk.push({ from: 'host', bytes });
  const node = (bytes: Uint8Array) => talk.push({ from: 'node', bytes });
  let cid = 0;
  const command = (fields: Omit<SqeFields, 'cid'>, data?: Uint8Array) => {
    const dataLength = data?.length ?? fields.dataLength ?? 0;
    const inCapsule = data !== undefined;
    host(encodeCommand(encodeSqe({ ...fields, cid: ++cid, dataLength, inCapsule }), data, digests));
    return cid;
  };
  const done = (dword0 = 0, status = 0) => node(encodeResponse({ cid, dword0, status }, digests));
  const answered = (data: Uint8Array, success = false) =>
    node(encodeC2hData({ cid, offset: 0, data, last: true, success }, digests));

  host(encodeIcReq());
  node(encodeIcResp());
  const names = { cntlid: 1, subsystemNqn: 'nqn.s', hostNqn: 'nqn.h' };
  const dwords = { 10: qid << 16, 11: 31, 12: 5000 };
  command({ opcode: 0x7f, fabricsType: 1, dwords }, encodeConnectData(names));
  done(1);
  if (qid === 0) {
    command({ opcode: 0x7f, fabricsType: 0, dwords: { 11: 0x14, 12: 1 } });
    done();
    command({ opcode: 0x7f, fabricsType: 4, dwords: { 11: 0x1c } });
    done(1);
    command({ opcode: 0x06, dataLength: 4096, dwords: { 10: 1 } });
    answered(pattern(200), true);
    command({ opcode: 0x09, dwords: { 10: 0x0f, 11: 5000 } });
    done();
    command({ opcode: 0x0c });
    done(0x001e_f402);
    command({ opcode: 0x38, dwords: { 10: 2, 12: 7, 13: 8 } });
    done();
    command({ opcode: 0x02, dataLength: 24, dwords: { 10: 0x1e } });
    answered(encodeCcrLog([{ icid: 2, ciu: 0, status: 1 }]));
    done();
    command({ opcode: 0x08, dwords: { 10: 3 << 16 } });
    done(1);
    command({ opcode: 0x18 });
    done();
  } else {
    command({ opcode: 0x01, nsid: 1, slba: 5, blocks: 1 }, pattern(64));
    done();
    const size = 96;
    command({ opcode: 0x01, nsid: 1, slba: 9, blocks: 2, dataLength: size });
    node(encodeR2t({ cid, tag: 7, offset: 0, length: size }));
    host(encodeH2cData({ cid, tag: 7, offset: 0, data: pattern(40) }, digests));
    host(encodeH2cData({ cid, tag: 7, offset: 40, data: pattern(56), last: true }, digests));
    done(0, 0x280);
    command({ opcode: 0x02, nsid: 1, slba: 5, blocks: 1, dataLength: 64 });
    answered(pattern(64), true);
    command({ opcode: 0x09, nsid: 1, dwords: { 10: 1, 11: 4 } }, pattern(32));
    done();
    command({ opcode: 0x08, nsid: 1, slba: 1, blocks: 8 });
    done();
    command({ opcode: 0x00, nsid: 1 });
    done();
  }
  host(terminate(PduType.h2cTermReq));
  node(terminate(PduType.c2hTermReq));
  return talk;
}
