import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCapture, formats } from './capture-file.testing.js';
import { CaptureReader, unpackingTool, type AnyPacket } from './capture-reader.js';

const packets = [
  { seconds: 1_790_000_000, ns: 123_456_789, bytes: Uint8Array.of(1, 2, 3), linkType: 1 },
  { seconds: 1_790_000_000, ns: 999_999_999, bytes: new Uint8Array(61).fill(7), linkType: 1 },
  { seconds: 1_790_000_777, ns: 5_000, bytes: Uint8Array.of(), linkType: 1 },
];

function read(file: Uint8Array, chunk = file.length) {
  const found: (Pick<AnyPacket, 'number' | 't' | 'originalLength' | 'linkType'> & {
    bytes: Uint8Array;
  })[] = [];
  const reader = new CaptureReader(({ source, start, end, ...packet }) =>
    found.push({ ...packet, bytes: source.slice(start, end) }),
  );
  for (let at = 0; at < file.length; at += chunk) reader.push(file.slice(at, at + chunk));
  return { found, summary: reader.end(), origin: reader.originSeconds, reader };
}

describe('CaptureReader', () => {
  for (const format of formats) {
    it(`reads ${format.name}: times, bytes and link types, in whatever chunks`, () => {
      const file = encodeCapture(packets, format);
      for (const chunk of [1, 7, 64, file.length]) {
        const { found, summary, origin } = read(file, chunk);
        expect(summary).toEqual({ packets: 3, soundBytes: file.length, cut: null });
        expect(origin).toBe(1_790_000_000);
        const rounded = packets.map(({ ns }) => ns - (ns % format.unit));
        expect(found.map(({ t }) => t)).toEqual([
          rounded[0]!,
          rounded[1]!,
          777_000_000_000 + rounded[2]!,
        ]);
        expect(found.map(({ bytes }) => bytes)).toEqual(packets.map(({ bytes }) => bytes));
        expect(found.map(({ linkType, number }) => [number, linkType])).toEqual([
          [1, 1],
          [2, 1],
          [3, 1],
        ]);
      }
    });

    it(`reads ${format.name} that is cut at any byte as far as it goes, and says where`, () => {
      const file = encodeCapture(packets, format);
      const whole = read(file).found;
      fc.assert(
        fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 40 }), (length, chunk) => {
          const { found, summary } = read(file.slice(0, length), chunk);
          expect(found).toEqual(whole.slice(0, found.length));
          expect(summary.soundBytes).toBeLessThanOrEqual(length);
          // A cut between two records is no cut that can be seen.
          if (summary.cut === null) expect(summary.soundBytes).toBe(length);
          else expect(summary.cut.offset).toBe(summary.soundBytes);
        }),
      );
    });

    it(`survives any change of ${format.name}`, () => {
      const file = encodeCapture(packets, format);
      fc.assert(
        fc.property(fc.nat(file.length - 1), fc.nat(255), (at, value) => {
          const changed = file.slice();
          changed[at] = value;
          expect(read(changed).found.length).toBeLessThanOrEqual(packets.length);
        }),
      );
    });
  }

  it('tells the interfaces of a pcapng file apart', () => {
    const format = formats.find(({ name }) => name.startsWith('pcapng'))!;
    const mixed = packets.map((packet, index) => ({ ...packet, linkType: [1, 276, 113][index]! }));
    const { found } = read(encodeCapture(mixed, format));
    expect(found.map(({ linkType }) => linkType)).toEqual([1, 276, 113]);
  });

  it('reads simple packet blocks with the time of the packet before, and counts them', () => {
    const format = formats.find(({ name }) => name.startsWith('pcapng'))!;
    const simple = Uint8Array.of(3, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 9, 8, 0, 0, 20, 0, 0, 0);
    const file = encodeCapture(packets.slice(0, 1), format);
    const { found, summary, reader } = read(new Uint8Array([...file, ...simple]));
    expect(summary.cut).toBeNull();
    expect(found.map(({ t, bytes }) => [t, bytes.length])).toEqual([
      [123_456_789, 3],
      [123_456_789, 2],
    ]);
    expect(found[1]?.bytes).toEqual(Uint8Array.of(9, 8));
    expect(reader.untimedPackets).toBe(1);
  });

  it('says what is wrong with a file that is no capture', () => {
    const text = Uint8Array.from('hello, this is no capture', (letter) => letter.charCodeAt(0));
    expect(read(text).summary.cut).toEqual({
      offset: 0,
      reason: 'not a pcapng file: it does not begin with a section header',
    });
    expect(read(new Uint8Array(0)).summary.cut?.reason).toBe('the file is empty');
    expect(read(Uint8Array.of(0xd4, 0xc3)).summary.cut?.reason).toBe(
      'the file is too short to be a capture',
    );
    expect(unpackingTool(Uint8Array.of(0x1f, 0x8b, 8, 0))).toBe('gunzip');
    expect(unpackingTool(text)).toBeNull();
  });
});
