import {
  AdminOpcode,
  ANY_CONTROLLER,
  encodeCommand,
  encodeConnectData,
  encodeH2cData,
  encodeIcReq,
  encodeSqe,
  FabricsType,
  Property,
  Status,
} from '@fenceline/nvme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionUser } from '../transport.js';
import type { ReferenceArrayNode } from './array-node.js';
import {
  BLOCK,
  ENABLE,
  HOST,
  HostAssociation,
  SUBSYSTEM,
  TestLab,
} from './scripted-host.testing.js';

const word = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(0xffff, 0x7fff_ffff, 0xffff_ffff) },
  { weight: 1, arbitrary: fc.nat(0xffff_ffff) },
);
const opcode = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 24, 56, 127) },
  { weight: 1, arbitrary: fc.nat(255) },
);
const lengths = [0, 4, 16, 32, 1024, BLOCK, 2 * BLOCK];

/** A command of any fields, most of which a controller has; its data in the capsule, or never sent. */
const command = fc
  .record({
    opcode,
    cid: fc.nat(9),
    nsid: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: word }),
    fabricsType: fc.nat(9),
    dwords: fc.record({ 10: word, 11: word, 12: word, 13: word }),
    dataLength: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...lengths) },
      { weight: 1, arbitrary: word },
    ),
    inCapsule: fc.boolean(),
  })
  .map(({ fabricsType, ...fields }) => {
    const isFabrics = fields.opcode === AdminOpcode.fabrics;
    const hasData = fields.inCapsule && lengths.includes(fields.dataLength);
    return encodeCommand(
      encodeSqe({ ...fields, ...(isFabrics && { fabricsType }) }),
      hasData ? new Uint8Array(fields.dataLength).fill(1) : undefined,
    );
  });
const data = fc
  .record({ cid: fc.nat(9), tag: fc.nat(4), offset: word, last: fc.boolean() })
  .map((fields) => encodeH2cData({ ...fields, data: new Uint8Array(BLOCK) }));

/** What is sent, and a byte of it that was turned over on the way; -1 for none. */
const said = fc.record({
  toAdmin: fc.boolean(),
  pdu: fc.oneof({ weight: 30, arbitrary: command }, { weight: 1, arbitrary: data }),
  at: fc.oneof({ weight: 30, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(127) }),
  by: fc.integer({ min: 1, max: 255 }),
});

const ignored = { send: () => undefined, end: () => undefined, abort: () => undefined };
const fabrics = (type: number, dwords: Record<number, number>, data?: Uint8Array) =>
  encodeCommand(
    encodeSqe({
      opcode: AdminOpcode.fabrics,
      fabricsType: type,
      cid: 0,
      dwords,
      dataLength: data?.length ?? 0,
      inCapsule: data !== undefined,
    }),
    data,
  );

/** A queue of a host that does not listen to what it is answered. */
function deafQueue(node: ReferenceArrayNode, qid: number, cntlid: number): ConnectionUser {
  const user = node.accept(1, ignored);
  const names = { subsystemNqn: SUBSYSTEM, hostNqn: HOST, hostId: new Uint8Array(16) };
  user.received(encodeIcReq());
  const data = encodeConnectData({ ...names, cntlid });
  user.received(fabrics(FabricsType.connect, { 10: qid << 16, 11: 31 }, data));
  if (qid === 0) {
    user.received(fabrics(FabricsType.propertySet, { 11: Property.configuration, 12: ENABLE }));
  }
  return user;
}

describe('a node', () => {
  it('serves others, whatever a host sends', () => {
    fc.assert(
      fc.property(fc.array(said, { minLength: 20, maxLength: 60 }), (all) => {
        const lab = new TestLab();
        const node = lab.node();
        const admin = deafQueue(node, 0, ANY_CONTROLLER);
        const io = deafQueue(node, 1, 1);
        const other = new HostAssociation(lab, node, 2, { hostNqn: `${HOST}-b` });
        for (const { toAdmin, pdu, at, by } of all) {
          const bytes = pdu.slice();
          if (at >= 0 && at < bytes.length) bytes[at]! ^= by;
          (toAdmin ? admin : io).received(bytes);
          lab.run();
        }
        const read = other.io.read(0, 1);
        lab.run();
        expect(other.io.answer(read).status).toBe(Status.success);
      }),
      { numRuns: 300 },
    );
  });
});
