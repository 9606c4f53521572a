import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PcapngEncoder } from './encoder.js';
import type { PacketDirection } from './format.js';
import { PcapngReader, type CapturedPacket, type CaptureSummary } from './reader.js';

interface Sample {
  t: number;
  bytes: Uint8Array;
  direction: PacketDirection;
  comments: string[];
}

/** What outlasts the callback. */
type ReadPacket = Omit<CapturedPacket, 'source' | 'start' | 'end'>;

const samples: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    t: fc.maxSafeNat(),
    bytes: fc.uint8Array({ maxLength: 200 }),
    direction: fc.constantFrom<PacketDirection>('inbound', 'outbound', 'unknown'),
    comments: fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 3 }),
  }),
  { maxLength: 20 },
);

/** Sizes of the chunks in which a file is handed to the reader; the last one repeats. */
const chunkings = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 30 });

function encode(packets: Sample[], buffer?: ArrayBuffer): Uint8Array {
  const encoder = new PcapngEncoder(buffer);
  encoder.section('test');
  encoder.describeInterface({ name: 'A.host', timestampOffsetSeconds: 1_790_000_000 });
  for (const { t, bytes, direction, comments } of packets) {
    encoder.packet(t, bytes, direction, comments);
  }
  return encoder.take(new ArrayBuffer(16));
}

function read(file: Uint8Array, chunks: number[] = [file.length]) {
  const packets: ReadPacket[] = [];
  const reader = new PcapngReader((packet) => {
    const { source, start, end, ...rest } = packet;
    packets.push({ ...rest, bytes: source.slice(start, end) });
  });
  for (let at = 0, turn = 0; at < file.length; turn++) {
    const size = chunks[Math.min(turn, chunks.length - 1)]!;
    // A copy, overwritten afterwards: the reader must not keep views of its input.
    const chunk = file.slice(at, at + size);
    reader.push(chunk);
    chunk.fill(0xee);
    at += size;
  }
  return { packets, reader, summary: reader.end() };
}

function asSamples(packets: ReadPacket[]): Sample[] {
  return packets.map(({ t, bytes, direction, comments }) => {
    return { t, bytes, direction, comments: [...comments] };
  });
}

/** The same section in the other byte order, with a microsecond interface and one packet. */
function bigEndianFile(resolution: number, high: number, low: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(28 + 32 + 36));
  [0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff, 28].forEach((word, index) => {
    view.setUint32(index * 4, word);
  });
  [1, 32, 0x00010000, 0, 0x00090001, resolution * 0x0100_0000, 0, 32].forEach((word, index) => {
    view.setUint32(28 + index * 4, word);
  });
  [6, 36, 0, high, low, 2, 2, 0xabcd0000, 36].forEach((word, index) => {
    view.setUint32(60 + index * 4, word);
  });
  return new Uint8Array(view.buffer);
}

describe('pcapng', () => {
  it('gives back what was written, in whatever chunks it is read', () => {
    fc.assert(
      fc.property(samples, chunkings, (written, chunks) => {
        const { packets, reader, summary } = read(encode(written), chunks);
        expect(asSamples(packets)).toEqual(written);
        expect(packets.map(({ number }) => number)).toEqual(written.map((_, index) => index + 1));
        expect(summary).toMatchObject({ packets: written.length, cut: null });
        expect(reader.interfaces).toMatchObject([
          { name: 'A.host', linkType: 1, timestampOffsetSeconds: 1_790_000_000 },
        ]);
      }),
    );
  });

  it('writes the same bytes into a dirty buffer that is too small', () => {
    fc.assert(
      fc.property(samples, (written) => {
        const dirty = new Uint8Array(64).fill(0xff).buffer;
        expect(encode(written, dirty)).toEqual(encode(written));
      }),
    );
  });

  it('repeats packets with a time and a direction of their own, as if each was written anew', () => {
    fc.assert(
      fc.property(samples, fc.maxSafeNat(), (packets, t) => {
        const plain = packets.map((packet) => ({ ...packet, comments: [] }));
        const direction = 'inbound';
        const encoder = new PcapngEncoder(new ArrayBuffer(64));
        encoder.section('test');
        const before = encoder.length;
        for (const packet of plain) encoder.packet(packet.t, packet.bytes, packet.direction);
        const other = new PcapngEncoder(new ArrayBuffer(64));
        other.section('test');
        other.describeInterface({ name: 'A.host', timestampOffsetSeconds: 1_790_000_000 });
        other.repeat(encoder.since(before), t, direction);
        const expected = encode(plain.map((packet) => ({ ...packet, t, direction })));
        expect(other.take(new ArrayBuffer(16))).toEqual(expected);
      }),
    );
  });

  it('hands over all but a rest, and goes on with that in another buffer', () => {
    const encoder = new PcapngEncoder(new ArrayBuffer(64));
    encoder.section('test');
    encoder.packet(1, new Uint8Array(70).fill(7), 'inbound');
    const whole = encoder.since(0).slice();
    const rest = 33;
    const first = encoder.take(new ArrayBuffer(128), 5, rest).slice();
    expect(encoder.length).toBe(rest);
    const second = encoder.take(new ArrayBuffer(16));
    expect(second.byteOffset).toBe(5);
    expect([...first, ...second]).toEqual([...whole]);
  });

  it('reads every packet before a cut, and says where the cut is', () => {
    fc.assert(
      fc.property(samples, fc.nat(), chunkings, (written, position, chunks) => {
        const whole = encode(written);
        const length = position % whole.length;
        const { packets, summary } = read(whole.subarray(0, length), chunks);
        expect(asSamples(packets)).toEqual(written.slice(0, packets.length));
        expect(summary.soundBytes).toBeLessThanOrEqual(length);
        if (summary.cut === null) expect(summary.soundBytes).toBe(length);
        else expect(summary.cut.offset).toBe(summary.soundBytes);
        // What is sound stays sound: reading it alone finds no cut.
        if (summary.soundBytes > 0) {
          expect(read(whole.subarray(0, summary.soundBytes)).summary.cut).toBeNull();
        }
      }),
    );
  });

  it('survives any damage, and finds the same whatever the chunks', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(samples, damage, chunkings, (written, changes, chunks) => {
        const file = encode(written).slice();
        for (const [position, value] of changes) file[position % file.length] = value;
        const pieces = read(file, chunks);
        const atOnce = read(file);
        expect(pieces.summary).toEqual(atOnce.summary);
        expect(pieces.packets).toEqual(atOnce.packets);
      }),
    );
  });

  it('reads both byte orders and every unit of time', () => {
    const times = (resolution: number, high: number, low: number): number[] =>
      read(bigEndianFile(resolution, high, low)).packets.map(({ t }) => t);
    expect(times(6, 0, 1_500)).toEqual([1_500_000]);
    expect(times(9, 1, 5)).toEqual([0x1_0000_0005]);
    expect(times(12, 0, 1_999)).toEqual([1]);
    expect(times(0, 0, 3)).toEqual([3_000_000_000]);
    expect(times(0x80 | 10, 0, 512)).toEqual([500_000_000]);
    expect(times(0x80 | 32, 1, 0x8000_0000)).toEqual([1_500_000_000]);
    // Beyond what a plain number holds exactly: the nearest one.
    expect(times(6, 0x0006_0000, 0)).toEqual([Number(0x0006_0000_0000_0000n * 1000n)]);
  });

  it('keeps counting frames over sections, each with its own interfaces', () => {
    const one = encode([{ t: 1, bytes: new Uint8Array(3), direction: 'inbound', comments: [] }]);
    const file = new Uint8Array([...one, ...bigEndianFile(9, 0, 7), ...one]);
    const { packets, summary } = read(file);
    expect(packets.map(({ number, t }) => [number, t])).toEqual([
      [1, 1],
      [2, 7],
      [3, 1],
    ]);
    expect(summary).toEqual<CaptureSummary>({ packets: 3, soundBytes: file.length, cut: null });
  });

  it('says what is wrong with a file that is no capture', () => {
    expect(read(new Uint8Array(0)).summary.cut).toEqual({ offset: 0, reason: 'the file is empty' });
    expect(read(new Uint8Array(40).fill(7)).summary.cut?.reason).toMatch(/^not a pcapng file/);
    const header = encode([]);
    const simple = new Uint8Array([3, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0]);
    expect(read(new Uint8Array([...header, ...simple])).summary.cut).toEqual({
      offset: header.length,
      reason: 'a simple packet block: it has no time',
    });
  });

  it('skips blocks of other types', () => {
    const header = encode([]);
    const custom = new Uint8Array([0xad, 0x0b, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0]);
    const { summary } = read(new Uint8Array([...header, ...custom]), [1]);
    expect(summary.cut).toBeNull();
  });

  it('cuts a comment that is longer than an option can be', () => {
    const comments = ['é'.repeat(40_000)];
    const file = encode([{ t: 0, bytes: new Uint8Array(1), direction: 'inbound', comments }]);
    const { packets, summary } = read(file);
    expect(summary.cut).toBeNull();
    expect(packets[0]!.comments).toEqual(['é'.repeat(32_767)]);
  });
});
