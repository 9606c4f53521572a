import {
  encodeCommand,
  encodeH2cData,
  encodeIcReq,
  encodeSqe,
  encodeTermReq,
  FatalError,
  PduType,
  Status,
} from '@fenceline/nvme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK,
  block,
  HostAssociation,
  HostQueue,
  TestLab,
  type QueueOptions,
} from './scripted-host.testing.js';

const digests = { header: true, data: true };

/** Writes in the capsule and after R2Ts, then reads it all. */
function talk(options: QueueOptions): void {
  const lab = new TestLab();
  const node = lab.node({ settings: { maxH2cData: BLOCK } });
  const { io } = new HostAssociation(lab, node, 1, options);
  const bytes = Uint8Array.from({ length: 2 * BLOCK }, (_, i) => (i * 31) & 0xff);
  const writes = [io.write(10, bytes, false), io.write(12, bytes.subarray(BLOCK))];
  lab.run();
  for (const cid of writes) expect(io.answer(cid).status).toBe(Status.success);
  const read = io.read(10, 3);
  lab.run();
  const { data } = io.answer(read);
  const expected = [...bytes, ...bytes.subarray(BLOCK)];
  expect(Buffer.compare(data, Uint8Array.from(expected))).toBe(0);
}

describe('a queue', () => {
  it.each<[string, QueueOptions]>([
    ['without digests', {}],
    ['with a header digest', { digests: { header: true } }],
    ['with a data digest', { digests: { data: true } }],
    ['with both', { digests }],
    ['with aligned data', { alignment: 31 }],
    ['with aligned data and digests', { alignment: 15, digests }],
  ])('moves data %s', (_, options) => talk(options));

  it('takes PDUs that are split at any byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (splits, withDigests) => talk({ splits, ...(withDigests && { digests }) }),
      ),
      { numRuns: 20 },
    );
  });

  it('agrees to no more digests than its settings allow', () => {
    const lab = new TestLab();
    const node = lab.node({ settings: { digests: { header: false, data: true } } });
    expect(new HostQueue(lab, node, 1, { digests }).digests).toEqual({ header: false, data: true });
  });

  it('answers a read with its data PDU where there is no flow control', () => {
    const lab = new TestLab();
    const node = lab.node();
    const { cntlid } = new HostAssociation(lab, node, 1);
    const io = new HostQueue(lab, node, 1);
    io.connect({ qid: 2, cntlid, noFlowControl: true });
    const before = io.pdus.length;
    const cid = io.read(0, 1);
    lab.run();
    expect(io.answer(cid).status).toBe(Status.success);
    expect(io.pdus.slice(before)).toEqual([PduType.c2hData]);
  });

  it('refuses a command whose data has a wrong digest, and goes on', () => {
    const lab = new TestLab();
    const { io } = new HostAssociation(lab, lab.node(), 1, { digests });
    const sqe = { opcode: 1, cid: 99, nsid: 1, slba: 0, blocks: 1, dataLength: BLOCK };
    const bytes = encodeCommand(encodeSqe({ ...sqe, inCapsule: true }), block(1), digests);
    bytes[bytes.length - 1]! ^= 1;
    io.send(bytes);
    lab.run();
    expect(io.answer(99).status).toBe(Status.transientTransportError);
    expect(lab.medium.submitted).toEqual([]);
    const write = io.write(0, block(2));
    lab.run();
    expect(io.answer(write).status).toBe(Status.success);
  });

  const sqe = (fields: object) =>
    encodeSqe({ opcode: 1, cid: 7, nsid: 1, slba: 0, blocks: 2, dataLength: 2 * BLOCK, ...fields });
  const h2c = (fields: object) =>
    encodeH2cData({ cid: 7, tag: 1, offset: 0, data: block(1), ...fields });

  it.each<[string, number, Uint8Array[]]>([
    ['a second ICReq', FatalError.sequenceError, [encodeIcReq()]],
    ['a PDU that hosts do not send', FatalError.invalidHeaderField, [pduOf(PduType.r2t, 24)]],
    ['what is no PDU', FatalError.invalidHeaderField, [pduOf(0x55, 24)]],
    [
      'a digest that was not agreed on',
      FatalError.invalidHeaderField,
      [encodeCommand(sqe({}), undefined, { header: true })],
    ],
    [
      'too much data in a capsule',
      FatalError.dataLimitExceeded,
      [encodeCommand(sqe({ inCapsule: true }), new Uint8Array(3 * BLOCK))],
    ],
    ['data that nobody asked for', FatalError.invalidHeaderField, [h2c({})]],
    [
      'data for another command',
      FatalError.invalidHeaderField,
      [encodeCommand(sqe({})), h2c({ cid: 8 })],
    ],
    [
      'data out of order',
      FatalError.sequenceError,
      [encodeCommand(sqe({})), h2c({ offset: BLOCK })],
    ],
    [
      'too much data in a PDU',
      FatalError.dataLimitExceeded,
      [encodeCommand(sqe({})), h2c({ data: new Uint8Array(2 * BLOCK) })],
    ],
    [
      'more data than was asked for',
      FatalError.dataOutOfRange,
      [
        encodeCommand(sqe({ blocks: 1, dataLength: BLOCK })),
        h2c({ data: new Uint8Array(BLOCK + 512) }),
      ],
    ],
    [
      'a last PDU that is not the last',
      FatalError.invalidHeaderField,
      [encodeCommand(sqe({})), h2c({ last: true })],
    ],
  ])('ends the connection after %s', (_, error, sent) => {
    const lab = new TestLab();
    const node = lab.node({ settings: { maxH2cData: BLOCK + 1024 } });
    const { io } = new HostAssociation(lab, node, 1);
    for (const bytes of sent) {
      io.send(bytes);
      lab.run();
    }
    expect(io.terminated).toBe(error);
    expect(io.isClosed).toBe(true);
    expect(lab.medium.submitted).toEqual([]);
  });

  it('ends the connection after a header with a wrong digest', () => {
    const lab = new TestLab();
    const { io } = new HostAssociation(lab, lab.node(), 1, { digests });
    const bytes = encodeCommand(sqe({ inCapsule: false }), undefined, digests);
    bytes[20]! ^= 1;
    io.send(bytes);
    lab.run();
    expect(io.terminated).toBe(FatalError.headerDigestError);
  });

  it.each<[string, Uint8Array, number]>([
    ['a command', encodeCommand(sqe({})), FatalError.sequenceError],
    ['an ICReq of another version', encodeIcReq({ version: 1 }), FatalError.unsupportedParameter],
  ])('ends a connection that begins with %s', (_, bytes, error) => {
    const lab = new TestLab();
    const queue = new HostQueue(lab, lab.node(), 1, { greeting: bytes });
    expect(queue.terminated).toBe(error);
    expect(queue.isClosed).toBe(true);
  });

  it('ends the connection of a host that sends more commands than its queue has entries', () => {
    const lab = new TestLab();
    const { io } = new HostAssociation(lab, lab.node(), 1);
    lab.medium.holds = true;
    const entries = 32;
    for (let i = 0; i < entries; i++) io.read(i, 1);
    lab.run();
    expect(lab.medium.pending).toHaveLength(entries);
    expect(io.terminated).toBeNull();
    io.read(0, 1);
    lab.run();
    expect(io.terminated).toBe(FatalError.sequenceError);
    expect(io.isClosed).toBe(true);
    expect(lab.medium.submitted).toHaveLength(entries);
  });

  it('counts commands, refused ones too, until they are answered', () => {
    const lab = new TestLab();
    const node = lab.node();
    const { cntlid } = new HostAssociation(lab, node, 1);
    const io = new HostQueue(lab, node, 1);
    io.connect({ qid: 2, cntlid, noFlowControl: true, entries: 2 });
    for (let i = 0; i < 8; i++) {
      const [fine, wrong] = [io.read(i, 1), io.read(100_000, 1)];
      lab.run();
      expect(io.answer(fine).status).toBe(Status.success);
      expect(io.answer(wrong).status).toBe(Status.lbaOutOfRange);
    }
    expect(io.terminated).toBeNull();
  });

  it('ends its side when the host terminates', () => {
    const lab = new TestLab();
    const { io } = new HostAssociation(lab, lab.node(), 1);
    io.send(encodeTermReq(PduType.h2cTermReq, FatalError.sequenceError, 0, new Uint8Array(24)));
    lab.run();
    expect(io.isClosed).toBe(true);
    expect(io.terminated).toBeNull();
  });
});

/** A PDU of nothing but a header. */
function pduOf(type: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([type, 0, length, 0, length]);
  return bytes;
}
