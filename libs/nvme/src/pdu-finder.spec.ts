import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeC2hData, encodeCommand, encodeIcReq, encodeResponse, encodeSqe } from './encode.js';
import { PduFlag } from './pdu.js';
import { opensConnection, PduFinder } from './pdu-finder.js';

/** Cuts bytes into pieces and looks for the first PDU in them; returns its position. */
function findIn(bytes: Uint8Array, sender: 'host' | 'controller', piece: number): number {
  const finder = new PduFinder(sender);
  for (let at = 0; at < bytes.length; at += piece) {
    const end = Math.min(bytes.length, at + piece);
    const found = finder.find(bytes, at, end);
    if (found >= 0) return found - finder.before.length;
  }
  return -1;
}

function sqe(): Uint8Array {
  const entry = encodeSqe({ opcode: 1, cid: 7, nsid: 1, slba: 5, blocks: 8, dataLength: 4096 });
  entry[1] = 0x40;
  return entry;
}

describe('PduFinder', () => {
  const data = new Uint8Array(512).fill(0x18);
  for (const [name, sender, pdu] of [
    ['a command', 'host', encodeCommand(sqe())],
    ['a command with data', 'host', encodeCommand(sqe(), data)],
    ['a command with digests', 'host', encodeCommand(sqe(), data, { header: true, data: true })],
    ['an ICReq', 'host', encodeIcReq()],
    ['an answer', 'controller', encodeResponse({ cid: 7 })],
    ['an answer with a digest', 'controller', encodeResponse({ cid: 7 }, { header: true })],
    ['data', 'controller', encodeC2hData({ cid: 7, offset: 0, data })],
  ] as const) {
    it(`finds ${name} behind other bytes, however they are split`, () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 200 }),
          fc.integer({ min: 1, max: 300 }),
          (before, piece) => {
            expect(findIn(new Uint8Array([...before, ...pdu]), sender, piece)).toBe(before.length);
          },
        ),
      );
    });
  }

  it('finds nothing in what the other side sends, or in random bytes', () => {
    expect(findIn(encodeResponse({ cid: 7 }), 'host', 24)).toBe(-1);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 4096 }),
        fc.integer({ min: 1, max: 99 }),
        (bytes, n) => {
          expect(findIn(bytes, 'controller', n)).toBe(-1);
        },
      ),
    );
  });

  it('takes a command for none when its data digest has no room', () => {
    const pdu = encodeCommand(sqe(), data.subarray(0, 2));
    pdu[1] = PduFlag.dataDigest;
    expect(findIn(pdu, 'host', pdu.length)).toBe(-1);
  });

  it('knows the beginning of a connection', () => {
    const request = encodeIcReq();
    expect(opensConnection(request, 0, request.length)).toBe('host');
    expect(opensConnection(request, 0, 8)).toBeNull();
    expect(opensConnection(encodeResponse({ cid: 1 }), 0, 24)).toBeNull();
  });
});
