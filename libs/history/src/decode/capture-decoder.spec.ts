import { parseFrame, FrameHeaders } from '@fenceline/capture';
import {
  encodeC2hData,
  encodeCcrLog,
  encodeCommand,
  encodeResponse,
  encodeSqe,
} from '@fenceline/nvme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { block, concat, TestAssociation, TestConnection, Traffic } from '../traffic.testing.js';
import { CaptureDecoder, type DecodedCommand } from './index.js';

interface Seen {
  bytes: Uint8Array;
  t: number;
}

/** What a capture at the host's port of every link has of some traffic. */
function capture(make: (traffic: Traffic) => void): Seen[] {
  const traffic = new Traffic();
  const seen: Seen[] = [];
  traffic.tap = (frame, view, t) => {
    if (view === (frame.from === 'host' ? 'sent' : 'delivered')) {
      seen.push({ bytes: frame.bytes.slice(), t });
    }
  };
  make(traffic);
  return seen;
}

function decode(frames: readonly Seen[], ports?: readonly number[], snap = 65_536) {
  const rows: DecodedCommand[] = [];
  const decoder = new CaptureDecoder((command) => rows.push(command), ports);
  frames.forEach(({ bytes, t }, index) => {
    decoder.packet({
      number: index + 1,
      t,
      source: bytes,
      start: 0,
      end: Math.min(bytes.length, snap),
      originalLength: bytes.length,
      linkType: 1,
    });
  });
  decoder.finish();
  return { rows, trouble: decoder.trouble, connections: decoder.connections };
}

const brief = ({ name, qid, cid, slba, blocks, bytes, status }: DecodedCommand) =>
  [name, qid, cid, slba, blocks, bytes, status] as const;

/** Writes in and behind the capsule, reads, deallocation, an error. */
function someIo(traffic: Traffic, port?: number): TestAssociation {
  const link = traffic.link('A');
  if (port !== undefined) Object.assign(link, { nodePort: port });
  const association = new TestAssociation(traffic, link, { cntlid: 7 });
  association.write(1, 100, block(1));
  association.answer(1);
  association.writeByR2t(2, 200, concat(block(2), block(3)), [3000, 1096]);
  association.answer(2, 0x280);
  association.read(3, 300, block(4), [1000]);
  association.deallocate(4, [
    { slba: 5, blocks: 6 },
    { slba: 50, blocks: 1 },
  ]);
  association.answer(4);
  return association;
}

const someIoRows = [
  ['Connect', 0, 0, -1, -1, 1024, 0],
  ['Identify', 0, 0x1001, -1, -1, 4096, 0],
  ['Connect', 1, 0, -1, -1, 1024, 0],
  ['Write', 1, 1, 100, 1, 4096, 0],
  ['Write', 1, 2, 200, 2, 8192, 0x280],
  ['Read', 1, 3, 300, 1, 4096, 0],
  ['Dataset Management', 1, 4, 5, 6, 32, 0],
];

describe('CaptureDecoder', () => {
  it('lists commands with their association, queue, times and answers', () => {
    const { rows, trouble } = decode(capture((traffic) => someIo(traffic)));
    expect(rows.map(brief)).toEqual(someIoRows);
    expect(rows.every(({ association }) => association === 1)).toBe(true);
    expect(rows[0]?.detail).toContain('admin queue, 32 entries, KATO 5000 ms, controller 7');
    expect(rows[1]?.detail).toContain('controller 7, KAS 1000 ms, TBKAS, CQT 0 ms');
    expect(rows[6]?.detail).toBe('the first of 2 ranges');
    for (const row of rows) {
      expect(row.path).toMatch(/^10\.0\.1\.1:\d+ > 10\.0\.1\.2:4420$/);
      expect(row.answeredAt).toBeGreaterThan(row.sentAt);
      expect(row.answerFrame).toBeGreaterThan(row.sentFrame);
    }
    expect(Object.values(trouble).filter((value) => value !== 0)).toEqual([-1]);
  });

  it('finds a connection at another port by its ICReq, or by the port that is named', () => {
    const frames = capture((traffic) => someIo(traffic, 5555));
    expect(decode(frames).rows.map(brief)).toEqual(someIoRows);
    // Without its beginning only its port tells what it is.
    const rest = frames.slice(-8);
    expect(decode(rest).rows).toEqual([]);
    expect(decode(rest, [5555]).rows.length).toBeGreaterThan(0);
  });

  it('tells associations apart, and says what events, CCR and its log page mean', () => {
    const { rows } = decode(
      capture((traffic) => {
        const a = new TestAssociation(traffic, traffic.link('A'), { cntlid: 1 });
        const b = new TestAssociation(traffic, traffic.link('B'), { cntlid: 2 });
        const event = b.adminCommand({ opcode: 0x0c });
        const ccr = b.adminCommand({
          opcode: 0x38,
          dwords: { 10: 1 | (9 << 16), 12: 0x89ab_cdef, 13: 0x0123_4567 },
        });
        b.respond(b.admin, encodeResponse({ cid: ccr }));
        b.respond(b.admin, encodeResponse({ cid: event, dword0: 0x001e_f402 }));
        const log = encodeCcrLog([{ icid: 1, ciu: 9, status: 1 }]);
        const page = b.adminCommand({
          opcode: 0x02,
          nsid: 0xffff_ffff,
          dataLength: log.length,
          dwords: { 10: 0x1e },
        });
        const data = { cid: page, offset: 0, data: log, last: true, success: true };
        b.respond(b.admin, encodeC2hData(data));
        const alive = a.adminCommand({ opcode: 0x18 });
        b.respond(a.admin, encodeResponse({ cid: alive }));
        a.write(1, 1, block(1));
        b.write(1, 2, block(2));
      }),
    );
    const told = rows
      .filter(({ name }) => !/Connect|Identify/.test(name))
      .map(({ association, name, detail, end }) => [association, name, detail, end]);
    expect(told).toEqual([
      [
        2,
        'Cross-Controller Reset',
        'controller 1, CIU 9, CIRN 0123456789ABCDEFh; reset begun',
        'answered',
      ],
      [
        2,
        'Asynchronous Event Request',
        'event: notice, CCR completed (F4h), log page 1Eh',
        'answered',
      ],
      [
        2,
        'Get Log Page',
        'log page 1Eh (Cross-Controller Reset): controller 1, CIU 9: success',
        'answered',
      ],
      [1, 'Keep Alive', '', 'answered'],
      [1, 'Write', '', 'capture-ended'],
      [2, 'Write', '', 'capture-ended'],
    ]);
  });

  it('names every command', () => {
    const fabrics = { 0x00: 'Property Set', 0x04: 'Property Get', 0x08: 'Disconnect' };
    const admin = {
      0x02: 'Get Log Page',
      0x06: 'Identify',
      0x08: 'Abort',
      0x09: 'Set Features',
      0x0a: 'Get Features',
      0x0c: 'Asynchronous Event Request',
      0x18: 'Keep Alive',
      0x38: 'Cross-Controller Reset',
    };
    const io = {
      0x00: 'Flush',
      0x01: 'Write',
      0x02: 'Read',
      0x04: 'Write Uncorrectable',
      0x05: 'Compare',
      0x08: 'Write Zeroes',
      0x09: 'Dataset Management',
      0x0c: 'Verify',
      0x0d: 'Reservation Register',
      0x0e: 'Reservation Report',
      0x11: 'Reservation Acquire',
      0x15: 'Reservation Release',
      0x19: 'Copy',
    };
    const numbers = (names: object) => Object.keys(names).map(Number);
    const { rows } = decode(
      capture((traffic) => {
        const association = new TestAssociation(traffic, traffic.link('A'));
        const send = (connection: TestConnection, fields: Parameters<typeof encodeSqe>[0]) => {
          connection.send('host', encodeCommand(encodeSqe(fields)));
          connection.send('node', encodeResponse({ cid: fields.cid }));
        };
        let cid = 0x3000;
        for (const fabricsType of numbers(fabrics)) {
          send(association.admin, { opcode: 0x7f, cid: cid++, fabricsType });
        }
        for (const opcode of numbers(admin)) send(association.admin, { opcode, cid: cid++ });
        for (const opcode of numbers(io)) send(association.io, { opcode, cid: cid++, nsid: 1 });
      }),
    );
    expect(rows.filter(({ cid }) => cid >= 0x3000).map(({ name }) => name)).toEqual(
      [fabrics, admin, io].flatMap((names) => Object.values(names)),
    );
  });

  it('tells commands whose connection ended, or whose CID was used again, without an answer', () => {
    const { rows } = decode(
      capture((traffic) => {
        const association = new TestAssociation(traffic, traffic.link('A'));
        association.write(5, 1, block(1));
        association.write(5, 2, block(2));
        association.io.close('host', 'rst');
        association.answer(5);
      }),
    );
    expect(rows.slice(3).map(({ slba, end, status }) => [slba, end, status])).toEqual([
      [1, 'reused', -1],
      [2, 'closed', -1],
    ]);
  });

  it('is not led astray by retransmissions and disorder', () => {
    const frames = capture((traffic) => someIo(traffic));
    fc.assert(
      fc.property(fc.array(fc.nat(frames.length - 2), { maxLength: 8 }), (swaps) => {
        const mixed = frames.flatMap((frame, index) =>
          index % 3 === 0 ? [frame, frame] : [frame],
        );
        // Neighbours of one direction, as several receive queues of a network card mix them.
        for (const at of swaps) {
          const [one, other] = [mixed[at]!, mixed[at + 1]!];
          if (senderOf(one) === senderOf(other)) [mixed[at], mixed[at + 1]] = [other, one];
        }
        expect(decode(mixed).rows.map(brief)).toEqual(someIoRows);
      }),
    );
  });

  it('goes on behind what the capture lacks, and invents nothing', () => {
    const frames = capture((traffic) => {
      const association = someIo(traffic);
      for (let i = 0; i < 20; i++) {
        association.write(10 + i, 1000 + i, block(i));
        association.answer(10 + i);
      }
    });
    const all = new Set(
      decode(frames).rows.map((row) => String(brief(row).slice(0, 1).concat(row.cid, row.slba))),
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(frames.length - 1), { maxLength: 12 }), (lost) => {
        const { rows, trouble } = decode(frames.filter((_, index) => !lost.includes(index)));
        for (const row of rows) {
          expect(all).toContain(String([row.name, row.cid, row.slba]));
        }
        // A lost segment costs the commands that it carried, and one more at most.
        expect(rows.length).toBeGreaterThanOrEqual(all.size - 3 * lost.length);
        const hadBytes = lost.some((index) => payloadLength(frames[index]!) > 0);
        if (!hadBytes) expect(trouble.missingBytes).toBe(0);
      }),
    );
  });

  it('decodes connections that were open already, from any frame on', () => {
    const frames = capture((traffic) => {
      const association = someIo(traffic);
      for (let i = 0; i < 10; i++) association.read(10 + i, 1000 + i, block(i + 1));
    });
    fc.assert(
      fc.property(fc.nat(frames.length - 60), (from) => {
        const { rows } = decode(frames.slice(from));
        const reads = rows.filter(({ slba }) => slba >= 1000);
        expect(reads.slice(-5).map(({ cid, slba }) => [cid, slba])).toEqual(
          [5, 6, 7, 8, 9].map((i) => [10 + i, 1000 + i]),
        );
      }),
    );
    const late = decode(frames.slice(-60));
    expect(late.trouble.midStream).toBeGreaterThan(0);
    expect(late.rows.every(({ association, qid }) => association === -1 && qid === -1)).toBe(true);
  });

  it('finds the next command in the segment in which a stream makes no sense, and counts what is left out', () => {
    const noPdu = new Uint8Array(100).fill(0xee);
    const from = (splits: readonly number[]) =>
      decode(
        capture((traffic) => {
          const association = new TestAssociation(traffic, traffic.link('A'));
          const capsule = association.writeCapsule(1, 100, block(1));
          association.io.send('host', concat(noPdu, capsule), { splits });
          association.answer(1);
        }),
      );
    for (const splits of [[], [100, 30], [30, 75, 5, 5, 5]]) {
      const { rows, trouble } = from(splits);
      expect(brief(rows.at(-1)!)).toEqual(['Write', 1, 1, 100, 1, 4096, 0]);
      // All but the header in which the stream was found to make no sense.
      expect(trouble).toMatchObject({ losses: 1, missingBytes: noPdu.length - 8 });
    }
  });

  it('lists the commands of packets that were captured without their data', () => {
    const { rows, trouble } = decode(
      capture((traffic) => someIo(traffic)),
      undefined,
      54 + 72,
    );
    expect(rows.map(({ name }) => name)).toContain('Dataset Management');
    expect(rows.map(({ slba }) => slba)).toEqual(expect.arrayContaining([100, 200, 300]));
    expect(trouble.missingBytes).toBeGreaterThan(0);
  });

  it('checks digests', () => {
    const digests = { header: true, data: true };
    const frames = capture((traffic) => {
      const association = new TestAssociation(traffic, traffic.link('A'), { digests });
      association.write(1, 1, block(1));
      association.answer(1);
    });
    expect(decode(frames).trouble.badDigests).toBe(0);
    const written = frames.findLastIndex(({ bytes }) => bytes.length > 1000);
    frames[written]!.bytes[500]! ^= 1;
    expect(decode(frames).trouble.badDigests).toBe(1);
  });

  it('tells a termination request, and a port that has another protocol', () => {
    const { rows } = decode(
      capture((traffic) => {
        const association = new TestAssociation(traffic, traffic.link('A'));
        const terminate = new Uint8Array(24);
        terminate.set([0x03, 0, 24, 0, 24, 0, 0, 0, 2]);
        association.io.send('node', terminate);
      }),
    );
    expect(rows.at(-1)).toMatchObject({ name: 'C2HTermReq', detail: 'fatal error status 2' });
    const other = decode(
      capture((traffic) => {
        const connection = new TestConnection(traffic, traffic.link('A'));
        connection.send('host', new Uint8Array(500).fill(0x16));
      }),
    );
    expect(other.rows).toEqual([]);
    expect(other.trouble).toMatchObject({ undecodable: 1, missingBytes: 500 });
    const unanswered = decode(capture((traffic) => new TestConnection(traffic, traffic.link('A'))));
    expect(unanswered.trouble.undecodable).toBe(0);
  });

  it('survives any change of any frame', () => {
    const frames = capture((traffic) => someIo(traffic));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(frames.length - 1), fc.nat(1400), fc.nat(255)), { maxLength: 9 }),
        (changes) => {
          const changed = frames.map(({ bytes, t }) => ({ bytes: bytes.slice(), t }));
          for (const [frame, at, value] of changes) {
            const { bytes } = changed[frame]!;
            bytes[at % bytes.length] = value;
          }
          decode(changed);
        },
      ),
    );
  });

  it('tells apart a new connection that uses the ports of an old one', () => {
    const frames = capture((traffic) => {
      const io = encodeSqe({ opcode: 2, cid: 1, nsid: 1, slba: 9, blocks: 1, dataLength: 4096 });
      const link = traffic.link('A');
      const first = new TestConnection(traffic, link);
      first.send('host', encodeCommand(io));
      Object.assign(traffic, { nextPort: () => first.hostPort });
      const second = new TestConnection(traffic, link, { host: 77, node: 78 });
      second.send('host', encodeCommand(io));
      second.send('node', encodeResponse({ cid: 1 }));
    });
    const { rows } = decode(frames);
    expect(rows.map(({ slba, end }) => [slba, end])).toEqual([
      [9, 'closed'],
      [9, 'answered'],
    ]);
  });
});

function headersOf({ bytes }: Seen): FrameHeaders {
  const headers = new FrameHeaders();
  parseFrame(bytes, headers);
  return headers;
}

const senderOf = (frame: Seen) => headersOf(frame).sourcePort;

function payloadLength(frame: Seen): number {
  const { networkEnd, payloadOffset } = headersOf(frame);
  return networkEnd - payloadOffset;
}
