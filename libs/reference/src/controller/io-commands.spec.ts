import { IoOpcode, Status } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import {
  BLOCK,
  block,
  HostAssociation,
  TestLab,
  type CommandFields,
} from './scripted-host.testing.js';

function setUp() {
  const lab = new TestLab();
  const node = lab.node();
  const { admin, io, cntlid } = new HostAssociation(lab, node, 1);
  return { lab, node, admin, io, cntlid };
}

const ranges = (...list: [slba: number, blocks: number][]) => {
  const bytes = new Uint8Array(16 * list.length);
  const view = new DataView(bytes.buffer);
  list.forEach(([slba, blocks], i) => {
    view.setUint32(i * 16 + 4, blocks, true);
    view.setBigUint64(i * 16 + 8, BigInt(slba), true);
  });
  return bytes;
};

describe('I/O commands', () => {
  it('write with force unit access, flush, and write zeroes', () => {
    const { lab, io } = setUp();
    const fields = { opcode: IoOpcode.write, nsid: 1, slba: 4, blocks: 1, fua: true };
    expect(io.ask(fields, block(5), true).status).toBe(Status.success);
    expect(lab.medium.submitted).toMatchObject([{ op: 'write', offset: 4 * BLOCK, fua: true }]);
    expect(io.ask({ opcode: IoOpcode.flush, nsid: 0xffff_ffff }).status).toBe(Status.success);
    const zeroes = { opcode: IoOpcode.writeZeroes, nsid: 1, slba: 4, blocks: 1 };
    expect(io.ask(zeroes).status).toBe(Status.success);
    expect(lab.medium.bytes[4 * BLOCK]).toBe(0);
    expect(lab.medium.submitted.map(({ op }) => op)).toEqual(['write', 'flush', 'write-zeroes']);
  });

  it('compare', () => {
    const { lab, io } = setUp();
    lab.medium.bytes.set(block(3), 2 * BLOCK);
    const compare = { opcode: IoOpcode.compare, nsid: 1, slba: 2, blocks: 1 };
    expect(io.ask(compare, block(3)).status).toBe(Status.success);
    expect(io.ask(compare, block(4))).toMatchObject({
      status: Status.compareFailure,
      doNotRetry: true,
    });
  });

  it('deallocate ranges, and end when all of them are done', () => {
    const { lab, io } = setUp();
    lab.medium.bytes.fill(1);
    lab.medium.holds = true;
    const fields = { opcode: IoOpcode.datasetManagement, nsid: 1, dwords: { 10: 1, 11: 4 } };
    const cid = io.issue(fields, ranges([1, 1], [5, 2]), true);
    lab.run();
    expect(lab.medium.pending).toHaveLength(2);
    lab.medium.pending[0]!.finish();
    lab.run();
    expect(io.answers.has(cid)).toBe(false);
    lab.medium.release();
    lab.run();
    expect(io.answer(cid).status).toBe(Status.success);
    const cleared = [0, 1, 2, 5, 6, 7].map((slba) => lab.medium.bytes[slba * BLOCK] === 0);
    expect(cleared).toEqual([false, true, false, true, true, false]);
    const hint = { ...fields, dwords: { 10: 0, 11: 1 } };
    expect(io.ask(hint, ranges([1, 1])).status).toBe(Status.success);
    expect(lab.medium.submitted).toHaveLength(2);
    // What stands behind the ranges that are announced means nothing.
    const first = { ...fields, dwords: { 10: 0, 11: 4 } };
    expect(io.ask(first, ranges([3, 1], [0, 1])).status).toBe(Status.success);
    expect(lab.medium.submitted).toHaveLength(3);
    expect(lab.medium.bytes[0]).toBe(1);
  });

  const write = { opcode: IoOpcode.write, nsid: 1, slba: 0, blocks: 1, dataLength: BLOCK };
  it.each<[string, CommandFields, number]>([
    ['an opcode that it does not have', { ...write, opcode: IoOpcode.copy }, Status.invalidOpcode],
    ['a namespace that it does not have', { ...write, nsid: 2 }, Status.invalidNamespace],
    ['blocks behind the end', { ...write, slba: 256 }, Status.lbaOutOfRange],
    [
      'a length that is not that of its blocks',
      { ...write, blocks: 2 },
      Status.dataSglLengthInvalid,
    ],
    ['more than MDTS', { ...write, blocks: 512, dataLength: 512 * BLOCK }, Status.invalidField],
    [
      'fewer ranges than are announced',
      { opcode: IoOpcode.datasetManagement, nsid: 1, dataLength: 16, dwords: { 10: 1, 11: 4 } },
      Status.dataSglLengthInvalid,
    ],
    [
      'a fabrics command of admin queues',
      { opcode: 0x7f, fabricsType: 4 },
      Status.commandSequenceError,
    ],
  ])('refuse %s, and ask for no data', (_, fields, status) => {
    const { lab, io } = setUp();
    expect(io.ask(fields)).toMatchObject({ status, doNotRetry: true });
    expect(lab.medium.submitted).toEqual([]);
  });

  it('refuse fused commands, wrong descriptors and ranges behind the end', () => {
    const { lab, io } = setUp();
    expect(io.ask({ ...write, flags: 0x41 }).status).toBe(Status.invalidField);
    expect(io.ask({ ...write, sglType: 0x40 }).status).toBe(Status.sglTypeInvalid);
    const dsm = { opcode: IoOpcode.datasetManagement, nsid: 1, dwords: { 10: 0, 11: 4 } };
    expect(io.ask(dsm, ranges([255, 2])).status).toBe(Status.lbaOutOfRange);
    expect(lab.medium.submitted).toEqual([]);
  });

  it.each([
    ['EIO', Status.writeFault, Status.unrecoveredReadError, false],
    ['ENOSPC', Status.capacityExceeded, Status.capacityExceeded, true],
    ['EPERM', Status.internalError, Status.internalError, false],
  ])('tell %s of the medium', (error, ofWrite, ofRead, doNotRetry) => {
    const { lab, io } = setUp();
    lab.medium.error = error;
    expect(io.ask(write, block(1))).toMatchObject({ status: ofWrite, doNotRetry });
    const read = { ...write, opcode: IoOpcode.read };
    expect(io.ask(read)).toMatchObject({ status: ofRead, doNotRetry });
    const compare = { ...write, opcode: IoOpcode.compare };
    expect(io.ask(compare, block(1)).status).toBe(ofRead);
  });

  it.each([
    ['inaccessible', Status.asymmetricAccessInaccessible],
    ['persistent-loss', Status.asymmetricAccessPersistentLoss],
    ['change', Status.asymmetricAccessTransition],
    ['non-optimized', Status.success],
  ] as const)('heed the ANA state %s', (state, status) => {
    const { lab, node, io } = setUp();
    node.setAnaState(2, 'inaccessible');
    node.setAnaState(1, state);
    expect(io.ask(write, block(1))).toMatchObject({ status, doNotRetry: false });
    expect(lab.medium.submitted).toHaveLength(status === Status.success ? 1 : 0);
  });

  it('delete a queue by Disconnect; the association goes on', () => {
    const { lab, node, io, admin, cntlid } = setUp();
    expect(io.ask({ opcode: 0x7f, fabricsType: 8 }).status).toBe(Status.success);
    expect(io.isClosed).toBe(true);
    expect(admin.isClosed).toBe(false);
    expect(admin.identify(1).status).toBe(Status.success);
    expect(cntlid).toBe(1);
    expect(new HostAssociation(lab, node, 1).cntlid).toBe(2);
  });
});
