/** Encoders of capture files in all formats that are read, for tests. */

export interface TestPacket {
  seconds: number;
  ns: number;
  bytes: Uint8Array;
  linkType: number;
  /** Length on the wire, where the capture cut the packet. */
  originalLength?: number;
}

export interface TestFormat {
  name: string;
  kind: 'pcap' | 'pcapng';
  little: boolean;
  /** Nanoseconds of a time stamp's unit. */
  unit: number;
}

export const formats: readonly TestFormat[] = (['pcap', 'pcapng'] as const).flatMap((kind) =>
  [true, false].flatMap((little) =>
    [1, 1000].map((unit) => ({
      name: `${kind}, ${little ? 'little' : 'big'}-endian, ${unit === 1 ? 'ns' : 'µs'}`,
      kind,
      little,
      unit,
    })),
  ),
);

/** A capture file; in pcapng each link type gets an interface of its own, in pcap the first one counts. */
export function encodeCapture(packets: readonly TestPacket[], format: TestFormat): Uint8Array {
  return format.kind === 'pcap' ? encodePcap(packets, format) : encodePcapng(packets, format);
}

class Bytes {
  readonly #parts: number[] = [];
  constructor(private readonly little: boolean) {}

  u16(value: number): this {
    const both = [value & 0xff, value >>> 8];
    this.#parts.push(...(this.little ? both : both.reverse()));
    return this;
  }

  u32(value: number): this {
    const all = [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
    this.#parts.push(...(this.little ? all : all.reverse()));
    return this;
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  take(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }
}

function encodePcap(packets: readonly TestPacket[], { little, unit }: TestFormat): Uint8Array {
  const file = new Bytes(little);
  file
    .u32(unit === 1 ? 0xa1b23c4d : 0xa1b2c3d4)
    .u16(2)
    .u16(4)
    .u32(0)
    .u32(0);
  file.u32(262_144).u32(packets[0]?.linkType ?? 1);
  for (const { seconds, ns, bytes, originalLength } of packets) {
    file
      .u32(seconds)
      .u32(Math.floor(ns / unit))
      .u32(bytes.length);
    file.u32(originalLength ?? bytes.length).raw(bytes);
  }
  return file.take();
}

function encodePcapng(packets: readonly TestPacket[], { little, unit }: TestFormat): Uint8Array {
  const file = new Bytes(little);
  file.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0);
  file.u32(0xffff_ffff).u32(0xffff_ffff).u32(28);
  const linkTypes = [...new Set(packets.map(({ linkType }) => linkType))];
  for (const linkType of linkTypes) {
    // if_tsresol, in an option padded to four bytes, and the end of the options.
    file.u32(1).u32(32).u16(linkType).u16(0).u32(0);
    file
      .u16(9)
      .u16(1)
      .raw([unit === 1 ? 9 : 6, 0, 0, 0]);
    file.u16(0).u16(0).u32(32);
  }
  for (const { seconds, ns, bytes, linkType, originalLength } of packets) {
    const padding = (4 - (bytes.length % 4)) % 4;
    const size = 32 + bytes.length + padding;
    const ticks = (BigInt(seconds) * 1_000_000_000n + BigInt(ns)) / BigInt(unit);
    file.u32(6).u32(size).u32(linkTypes.indexOf(linkType));
    file.u32(Number(ticks >> 32n)).u32(Number(ticks & 0xffff_ffffn));
    file.u32(bytes.length).u32(originalLength ?? bytes.length);
    file.raw(bytes).raw(new Uint8Array(padding)).u32(size);
  }
  return file.take();
}
