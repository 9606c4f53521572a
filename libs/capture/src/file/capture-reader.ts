import { isPcap, PcapReader } from '../pcap/reader.js';
import { PcapngReader, type CaptureSummary } from '../pcapng/reader.js';

/** One packet of a capture in any format. The reader uses one object for all. */
export interface AnyPacket {
  /** Frame number, from 1, as Wireshark counts. */
  number: number;
  /** Nanoseconds since `CaptureReader.originSeconds`, exact within 104 days of it. */
  t: number;
  /** The captured bytes are `source[start, end)`, lent for the callback only. */
  source: Uint8Array;
  start: number;
  end: number;
  /** Length on the wire; greater than what was captured when the capture cut it. */
  originalLength: number;
  linkType: number;
}

const magicBytes = 4;
const gzipMagic = [0x1f, 0x8b];
const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];
const nanosecondsOfSecond = 1_000_000_000;

/**
 * Reads a capture file of either format, pcap or pcapng, told apart by its first bytes, as those come. Nothing
 * is thrown for what they hold: reading stops at what is cut or corrupt, and `end` tells where and why.
 */
export class CaptureReader {
  /** The second of the wall clock (since 1970) in which the first packet was captured. */
  originSeconds = 0;
  readonly #onPacket: (packet: AnyPacket) => void;
  readonly #packet: AnyPacket = {
    number: 0,
    t: 0,
    source: new Uint8Array(0),
    start: 0,
    end: 0,
    originalLength: 0,
    linkType: 0,
  };
  #begun = false;
  #reader: PcapReader | PcapngReader | null = null;
  /** First bytes of the file, until the format is known. */
  #head = new Uint8Array(0);

  constructor(onPacket: (packet: AnyPacket) => void) {
    this.#onPacket = onPacket;
  }

  /** Packets without a time of their own: simple packet blocks. They get that of the packet before them. */
  get untimedPackets(): number {
    return this.#reader instanceof PcapngReader ? this.#reader.untimedPackets : 0;
  }

  /** Reads on. The chunk is only lent. */
  push(chunk: Uint8Array): void {
    if (this.#reader !== null) {
      this.#reader.push(chunk);
      return;
    }
    const head = new Uint8Array(this.#head.length + chunk.length);
    head.set(this.#head);
    head.set(chunk, this.#head.length);
    this.#head = head;
    if (head.length < magicBytes) return;
    this.#reader = isPcap(head) ? this.#openPcap() : this.#openPcapng();
    this.#head = new Uint8Array(0);
    this.#reader.push(head);
  }

  /** Ends the stream: how many packets it had, and whether it was whole. */
  end(): CaptureSummary {
    const summary = (this.#reader ?? this.#openPcapng()).end();
    const { cut } = summary;
    if (summary.soundBytes > 0 || cut === null) return summary;
    const reason = this.#reader === null ? this.#shortReason() : cut.reason;
    return { ...summary, cut: { offset: 0, reason } };
  }

  #shortReason(): string {
    return this.#head.length === 0 ? 'the file is empty' : 'the file is too short to be a capture';
  }

  #openPcap(): PcapReader {
    const packet = this.#packet;
    const reader = new PcapReader((captured) => {
      if (!this.#begun) {
        this.#begun = true;
        this.originSeconds = captured.seconds;
      }
      packet.number = captured.number;
      packet.t =
        (captured.seconds - this.originSeconds) * nanosecondsOfSecond + captured.nanoseconds;
      packet.source = captured.source;
      packet.start = captured.start;
      packet.end = captured.end;
      packet.originalLength = captured.originalLength;
      packet.linkType = reader.linkType;
      this.#onPacket(packet);
    });
    return reader;
  }

  #openPcapng(): PcapngReader {
    const packet = this.#packet;
    const reader = new PcapngReader(
      (captured) => {
        packet.number = captured.number;
        packet.t = captured.t;
        packet.source = captured.source;
        packet.start = captured.start;
        packet.end = captured.end;
        packet.originalLength = captured.originalLength;
        packet.linkType = reader.interfaces[captured.interfaceIndex]!.linkType;
        this.#onPacket(packet);
      },
      {
        simplePackets: true,
        timeOf: ({ timeUnit, timestampOffsetSeconds: offset }, high, low) => {
          if (!this.#begun) {
            this.#begun = true;
            this.originSeconds = timeUnit.wholeSeconds(high, low) + offset;
          }
          return timeUnit.since(this.originSeconds - offset, high, low);
        },
      },
    );
    return reader;
  }
}

/** Is this the beginning of a compressed file? Names the tool that unpacks it, or null. */
export function unpackingTool(head: Uint8Array): 'gunzip' | 'unzstd' | null {
  if (gzipMagic.every((byte, at) => head[at] === byte)) return 'gunzip';
  if (zstdMagic.every((byte, at) => head[at] === byte)) return 'unzstd';
  return null;
}
