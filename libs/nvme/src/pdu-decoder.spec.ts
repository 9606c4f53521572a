import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeC2hData,
  encodeCommand,
  encodeH2cData,
  encodeIcReq,
  encodeR2t,
  encodeResponse,
  encodeSqe,
} from './encode.js';
import { PduDecoder, type PduListener } from './pdu-decoder.js';
import { pduName } from './pdu.js';

const data = Uint8Array.from({ length: 777 }, (_, i) => (i * 13) & 0xff);
const sqe = encodeSqe({ opcode: 1, cid: 9, slba: 3, blocks: 1, dataLength: 777, inCapsule: true });

function pdus(digests: { header: boolean; data: boolean }): Uint8Array[] {
  return [
    encodeIcReq(),
    encodeCommand(sqe, data, digests),
    encodeCommand(sqe, data, digests, 24),
    encodeCommand(sqe, undefined, digests),
    encodeR2t({ cid: 9, tag: 1, offset: 0, length: 777 }),
    encodeH2cData({ cid: 9, offset: 100, data, last: true }, digests),
    encodeC2hData({ cid: 9, offset: 0, data: data.subarray(0, 3), success: true }, digests),
    encodeResponse({ cid: 9, status: 0x302 }, digests),
  ];
}

/** What a decoder says of a stream that comes in pieces; piece n comes at time n in frame n. */
function decode(stream: Uint8Array, cuts: readonly number[]) {
  const seen: string[] = [];
  let collected: number[] = [];
  const listener: PduListener = {
    onHeader: () => (collected = []),
    onData: (_pdu, bytes, start, end, at) => {
      expect(at).toBe(collected.length);
      collected.push(...bytes.subarray(start, end));
    },
    onEnd: (pdu) =>
      void seen.push(
        `${pduName(pdu.type)} at ${pdu.offset} of ${pdu.length}: ${collected.join(',')} ${pdu.headerDigestOk} ${pdu.dataDigestOk}`,
      ),
    onLost: (reason) => void seen.push(`lost: ${reason}`),
  };
  const decoder = new PduDecoder(listener);
  let at = 0;
  [...cuts, stream.length].forEach((cut, index) => {
    decoder.push(stream, at, cut, index, index);
    at = cut;
  });
  return { seen, decoder };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('PduDecoder', () => {
  it('gives the same PDUs however the stream is split', () => {
    fc.assert(
      fc.property(
        fc.record({ header: fc.boolean(), data: fc.boolean() }),
        fc.array(fc.nat(3500), { maxLength: 60 }),
        (digests, places) => {
          const stream = joined(pdus(digests));
          const cuts = places.filter((place) => place < stream.length).sort((a, b) => a - b);
          const whole = decode(stream, []);
          expect(decode(stream, cuts).seen).toEqual(whole.seen);
          expect(whole.seen).toHaveLength(8);
          expect(whole.seen.every((line) => line.endsWith('true true'))).toBe(true);
          expect(whole.decoder.betweenPdus).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same PDUs byte by byte', () => {
    const stream = joined(pdus({ header: true, data: true }));
    const cuts = Array.from({ length: stream.length - 1 }, (_, i) => i + 1);
    expect(decode(stream, cuts).seen).toEqual(decode(stream, []).seen);
  });

  it('tells when the first byte, the header and the last byte came', () => {
    const stream = encodeCommand(sqe, data);
    const moments: number[] = [];
    const decoder = new PduDecoder({
      onHeader: () => undefined,
      onData: () => undefined,
      onEnd: (pdu) => void moments.push(pdu.firstByteAt, pdu.headerAt, pdu.lastByteAt),
      onLost: () => undefined,
    });
    decoder.push(stream, 0, 30, 10, 1);
    decoder.push(stream, 30, 72, 20, 2);
    decoder.push(stream, 72, 500, 30, 3);
    decoder.push(stream, 500, stream.length, 40, 4);
    expect(moments).toEqual([10, 20, 40]);
  });

  it('is complete with its latest byte, though its last one came before', () => {
    const stream = encodeCommand(sqe, data);
    const moments: number[] = [];
    const decoder = new PduDecoder({
      onHeader: () => undefined,
      onData: () => undefined,
      onEnd: (pdu) => void moments.push(pdu.headerAt, pdu.lastByteAt, pdu.lastFrame),
      onLost: () => undefined,
    });
    decoder.push(stream, 0, 100, 10, 1);
    decoder.push(stream, 100, 500, 30, 3);
    decoder.push(stream, 500, stream.length, 20, 2);
    decoder.push(stream, 0, stream.length, 25, 4);
    expect(moments).toEqual([10, 30, 3, 25, 25, 4]);
  });

  it('notices a header digest and a data digest that do not match', () => {
    const header = encodeCommand(sqe, data, { header: true });
    header[20]! ^= 1;
    expect(decode(header, []).seen[0]).toMatch(/false true$/);
    const body = encodeCommand(sqe, data, { data: true });
    body[300]! ^= 1;
    expect(decode(body, []).seen[0]).toMatch(/true false$/);
  });

  it('gives up on bytes that are no PDU, and stays so', () => {
    const { seen, decoder } = decode(new Uint8Array(100).fill(0x55), [10, 20]);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^lost: a PDU of type 85/);
    expect(decoder.isLost).toBe(true);
  });

  it('refuses lengths that contradict themselves', () => {
    const short = encodeResponse({ cid: 1 });
    short[4] = 20;
    expect(decode(short, []).seen[0]).toMatch(/^lost: .*shorter than its header/);
    const outside = encodeCommand(sqe, data);
    outside[3] = 71;
    expect(decode(outside, []).seen[0]).toMatch(/^lost: .*cannot have data at 71/);
  });
});
