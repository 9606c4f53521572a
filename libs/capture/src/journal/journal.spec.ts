import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBlock } from '../payload.js';
import { JournalDecoder, JournalEncoder, decodeJournal } from './index.js';
import type { JournalRecord } from './index.js';

const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const number32 = fc.integer({ min: 0, max: 0xffff_ffff });
const number16 = fc.integer({ min: 0, max: 0xffff });

const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('export' as const),
    export: number16,
    node: fc.string({ unit: 'binary', maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constantFrom('connect' as const, 'disconnect' as const),
    t: time,
    export: number16,
    connection: number32,
  }),
  fc.record({
    kind: fc.constant('received' as const),
    t: time,
    request: number32,
    export: number16,
    connection: number32,
    op: fc.constantFrom('read', 'write', 'write-zeroes', 'trim', 'flush'),
    fua: fc.boolean(),
    offset: time,
    length: number32,
    hashes: fc.array(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), { maxLength: 40 }),
  }),
  fc.record({
    kind: fc.constantFrom('held', 'released', 'applied', 'discarded', 'replied'),
    t: time,
    request: number32,
  }),
  fc.record({ kind: fc.constant('failed' as const), t: time, request: number32, errno: number16 }),
);

function add(encoder: JournalEncoder, record: JournalRecord): void {
  if (record.kind === 'export') encoder.exported(record.export, record.node);
  else if (record.kind === 'connect') encoder.connected(record.t, record.export, record.connection);
  else if (record.kind === 'disconnect') {
    encoder.disconnected(record.t, record.export, record.connection);
  } else if (record.kind === 'received') encoder.received(record.t, record);
  else if (record.kind === 'failed') encoder.failed(record.t, record.request, record.errno);
  else if (record.kind === 'end') encoder.ended(record.t);
  else encoder[record.kind](record.t, record.request);
}

/** Encodes groups of records, each group as what one `take` hands out. */
function encode(groups: JournalRecord[][]): Uint8Array {
  const encoder = new JournalEncoder(4096);
  const pieces: Uint8Array[] = [];
  let spare: Uint8Array<ArrayBuffer> | undefined;
  for (const group of groups) {
    for (const record of group) add(encoder, record);
    const taken = encoder.take(spare);
    pieces.push(taken.slice());
    spare = taken;
  }
  // Not a Buffer: its slices share their bytes with it.
  return new Uint8Array(Buffer.concat(pieces));
}

function decodeInChunks(bytes: Uint8Array, sizes: number[]) {
  const records: JournalRecord[] = [];
  const numbers: number[] = [];
  const decoder = new JournalDecoder((record, number) => {
    records.push(record);
    numbers.push(number);
  });
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    decoder.push(bytes.slice(at, at + size));
    at += size;
  }
  return { records, numbers, header: decoder.header, cut: decoder.finish() };
}

const end: JournalRecord = { kind: 'end', t: 7 };
const anyGroups = fc.array(fc.array(anyRecord, { maxLength: 12 }), { maxLength: 5 });

describe('the journal', () => {
  it('gives back what was recorded, however its bytes are cut into chunks', () => {
    fc.assert(
      fc.property(
        anyGroups,
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
        (groups, sizes) => {
          const bytes = encode([...groups, [end]]);
          const records = [...groups.flat(), end];
          const decoded = decodeInChunks(bytes, sizes);
          expect(decoded.records).toEqual(records);
          expect(decoded.numbers).toEqual(records.map((_, index) => index + 1));
          expect(decoded.header).toEqual({ version: 1, blockSize: 4096 });
          expect(decoded.cut).toBeNull();
        },
      ),
    );
  });

  it('cut at any byte, gives every record of the whole blocks before and says where it stops', () => {
    const groups: JournalRecord[][] = [
      [{ kind: 'export', export: 1, node: 'A' }],
      [
        { kind: 'applied', t: 5, request: 1 },
        { kind: 'replied', t: 6, request: 1 },
      ],
      [end],
    ];
    const bytes = encode(groups);
    const ends = [1, 2, 3].map((count) => encode(groups.slice(0, count)).length);
    for (let length = 0; length < bytes.length; length++) {
      const decoded = decodeJournal(bytes.subarray(0, length));
      const whole = ends.filter((blockEnd) => blockEnd <= length).length;
      expect(decoded.records).toEqual(groups.slice(0, whole).flat());
      const offset = [24, ...ends].filter((start) => start <= length).at(-1) ?? 0;
      expect(decoded.cut?.offset).toBe(offset);
      expect(decoded.cut?.reason).not.toBe('');
    }
    expect(decodeJournal(bytes).cut).toBeNull();
  });

  it('never gives a record that was not written, whichever byte is damaged', () => {
    const groups: JournalRecord[][] = [
      [{ kind: 'export', export: 1, node: 'A' }],
      [{ kind: 'applied', t: 5, request: 1 }],
      [end],
    ];
    const bytes = encode(groups);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const damaged = bytes.slice();
          damaged[at]! ^= flip;
          const decoded = decodeJournal(damaged);
          expect(groups.flat().slice(0, decoded.records.length)).toEqual(decoded.records);
          expect(decoded.cut).not.toBeNull();
        },
      ),
    );
  });

  it('stops where a block is missing', () => {
    const groups: JournalRecord[][] = [
      [{ kind: 'applied', t: 1, request: 1 }],
      [{ kind: 'applied', t: 2, request: 2 }],
      [end],
    ];
    const [first, second] = [1, 2].map((count) => encode(groups.slice(0, count)).length);
    const bytes = encode(groups);
    const holed = Buffer.concat([bytes.subarray(0, first), bytes.subarray(second)]);
    const decoded = decodeJournal(holed);
    expect(decoded.records).toEqual(groups[0]);
    expect(decoded.cut).toEqual({
      offset: first,
      reason: 'block 2 stands where block 1 should',
    });
  });

  it('stops at what follows its end', () => {
    const bytes = encode([[end]]);
    const decoded = decodeJournal(Buffer.concat([bytes, bytes.subarray(24)]));
    expect(decoded.records).toEqual([end]);
    expect(decoded.cut?.reason).toBe('something follows the end of the journal');
  });

  it('says what is wrong with a file that is no journal', () => {
    expect(decodeJournal(new Uint8Array(100)).cut).toEqual({
      offset: 0,
      reason: 'this is not a journal',
    });
    const newer = encode([[end]]);
    newer[8] = 2;
    expect(decodeJournal(newer).cut?.reason).toBe('version 2 of the journal is not known here');
  });

  it('keeps its blocks short enough to read, however long the records', () => {
    const hashes = Array.from({ length: 65_536 }, (_, index) => BigInt(index));
    const write: JournalRecord = {
      kind: 'received',
      t: 1,
      request: 1,
      export: 0,
      connection: 0,
      op: 'write',
      fua: false,
      offset: 2 ** 40,
      length: 32 << 20,
      hashes,
    };
    const records = Array.from({ length: 9 }, () => write);
    const bytes = encode([[...records, end]]);
    const decoded = decodeInChunks(bytes, [65_536]);
    expect(decoded.cut).toBeNull();
    expect(decoded.records).toEqual([...records, end]);
  });

  it.each([0x10_0000, 0x4000_0000, 0x8000_0000, 0xffff_ffff])(
    'refuses a name of %d characters, which the block does not hold, whatever its checksum says',
    (characters) => {
      const encoder = new JournalEncoder(4096);
      encoder.exported(0, 'A');
      const bytes = encoder.take();
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      // Behind the file's header and the block's: the subject of the first record, and the block's checksum.
      view.setUint32(24 + 24 + 4, characters, true);
      view.setBigUint64(24 + 8, hashBlock(bytes.subarray(24 + 16)), true);
      const { records, cut } = decodeInChunks(bytes, [65_536]);
      expect(records).toEqual([]);
      expect(cut).toEqual({ offset: 24, reason: 'record 1 is malformed' });
    },
  );

  it('refuses a record that no reader would accept', () => {
    const encoder = new JournalEncoder(512);
    expect(() =>
      encoder.received(1, {
        request: 1,
        export: 0,
        connection: 0,
        op: 'write',
        fua: false,
        offset: 0,
        length: 0,
        hashes: new Array<bigint>(600_000).fill(0n),
      }),
    ).toThrow(/over 4194304/);
  });
});
