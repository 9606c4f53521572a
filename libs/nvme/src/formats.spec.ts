import { describe, expect, it } from 'vitest';
import { encodeIdentify } from './encode-identify.js';
import { encodeCcrLog, encodeConnectData, encodeResponse, encodeSqe } from './encode.js';
import {
  adminName,
  ccrImpairedCntlid,
  ccrRandomNumber,
  ccrUniquifier,
  connectKatoMs,
  connectQueueId,
  connectQueueSize,
  cqeCid,
  cqeDword0,
  cqeStatus,
  crc32c,
  fabricsName,
  ioName,
  readCcrLog,
  readConnectData,
  readIdentifyController,
  roundKato,
  sendsData,
  sqeBlocks,
  sqeCid,
  sqeFua,
  sqeSglType,
  sqeSlba,
  statusName,
} from './index.js';

const viewOf = ({ buffer, byteOffset, length }: Uint8Array) =>
  new DataView(buffer, byteOffset, length);
const text = (value: string) => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

describe('formats', () => {
  it('computes CRC32C as RFC 3720 B.4 and the check value say', () => {
    expect(crc32c(text('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });

  it('continues a CRC over pieces', () => {
    const bytes = Uint8Array.from({ length: 1001 }, (_, i) => (i * 7) & 0xff);
    expect(crc32c(bytes, 333, 1001, crc32c(bytes, 0, 333))).toBe(crc32c(bytes));
  });

  it('reads the fields of a write', () => {
    const view = viewOf(
      encodeSqe({ opcode: 1, cid: 0xb001, nsid: 1, slba: 2 ** 40 + 5, blocks: 8, fua: true }),
    );
    expect([sqeCid(view, 0), sqeSlba(view, 0), sqeBlocks(view, 0), sqeFua(view, 0)]).toEqual([
      0xb001,
      2 ** 40 + 5,
      8,
      true,
    ]);
    expect(sqeSglType(view, 0)).toBe(0x5a);
  });

  it('reads a response', () => {
    const view = viewOf(encodeResponse({ cid: 77, status: 0x302, dword0: 0xdeadbeef }));
    expect([cqeCid(view, 8), cqeStatus(view, 8), cqeDword0(view, 8)]).toEqual([
      77, 0x302, 0xdeadbeef,
    ]);
    expect(statusName(0x302)).toBe('Asymmetric Access Inaccessible');
    expect(statusName(0x7ff)).toBe('status type 7h, code FFh');
  });

  it('reads a Connect', () => {
    const view = viewOf(
      encodeSqe({
        opcode: 0x7f,
        cid: 0,
        fabricsType: 1,
        dwords: { 10: 3 << 16, 11: 31, 12: 5000 },
      }),
    );
    expect([connectQueueId(view, 0), connectQueueSize(view, 0), connectKatoMs(view, 0)]).toEqual([
      3, 32, 5000,
    ]);
    const data = { cntlid: 0xffff, subsystemNqn: 'nqn.a', hostNqn: 'nqn.b' };
    expect(readConnectData(encodeConnectData(data))).toEqual(data);
  });

  it('reads Identify Controller data', () => {
    const fields = {
      cntlid: 101,
      tbkas: true,
      kas: 10,
      cqtMs: 250,
      ciu: 3,
      cirn: 0x1122334455667788n,
      ccrl: 4,
    };
    expect(readIdentifyController(encodeIdentify(fields))).toMatchObject(fields);
  });

  it('reads a CCR and its log page, as far as the bytes go', () => {
    const view = viewOf(
      encodeSqe({
        opcode: 0x38,
        cid: 1,
        dwords: { 10: (7 << 16) | 12, 12: 0x55667788, 13: 0x11223344 },
      }),
    );
    expect(ccrImpairedCntlid(view, 0)).toBe(12);
    expect(ccrUniquifier(view, 0)).toBe(7);
    expect(ccrRandomNumber(view, 0)).toBe(0x1122334455667788n);
    const log = encodeCcrLog([
      { icid: 12, ciu: 7, status: 1 },
      { icid: 13, ciu: 1, status: 0 },
    ]);
    expect(readCcrLog(log)).toMatchObject([
      { icid: 12, ciu: 7, status: 1 },
      { icid: 13, ciu: 1, status: 0 },
    ]);
    expect(readCcrLog(log.subarray(0, 20))).toHaveLength(1);
    expect(readCcrLog(log.subarray(0, 4))).toEqual([]);
  });

  it('rounds KATO up to the granularity of keep alive', () => {
    expect(roundKato(5000, 10)).toBe(5000);
    expect(roundKato(5001, 10)).toBe(6000);
    expect(roundKato(5001, 0)).toBe(5001);
  });

  it('names commands and knows which send data', () => {
    expect([ioName(1), adminName(0x38), fabricsName(1)]).toEqual([
      'Write',
      'Cross-Controller Reset',
      'Connect',
    ]);
    expect([ioName(0xc1), adminName(0xc0)]).toEqual(['I/O opcode C1h', 'Admin opcode C0h']);
    expect([sendsData(0x01), sendsData(0x02), sendsData(0x00), sendsData(0x09)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
