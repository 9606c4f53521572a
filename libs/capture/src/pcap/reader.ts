import { RecordCutter, unreadable, type RecordFormat } from '../file/record-cutter.js';
import type { CaptureCut, CaptureSummary } from '../pcapng/reader.js';

/** One packet of a classic capture. The reader uses one object for all: copy what must outlive the callback. */
export interface PcapPacket {
  /** Frame number, from 1. */
  number: number;
  /** Seconds since 1970, and nanoseconds of that second. */
  seconds: number;
  nanoseconds: number;
  /** The captured bytes are `source[start, end)`, lent for the callback only. */
  source: Uint8Array;
  start: number;
  end: number;
  /** Length on the wire; greater than `bytes.length` when the capture cut it. */
  originalLength: number;
}

const microsecondMagic = 0xa1b2c3d4;
const nanosecondMagic = 0xa1b23c4d;
const fileHeader = 24;
const recordHeader = 16;
/** Longest packet that is believed: the largest snapshot length of libpcap's own (USB) is half of it. */
const longestPacket = 256 * 1024 * 1024;

/** Are these the first four bytes of a classic capture, in either byte order? */
export function isPcap(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [true, false].some((little) => isMagic(view.getUint32(0, little)));
}

function isMagic(magic: number): boolean {
  return magic === microsecondMagic || magic === nanosecondMagic;
}

/**
 * Reads a classic capture (pcap, draft-ietf-opsawg-pcap) as its bytes come, in chunks of any size: both byte
 * orders, microseconds and nanoseconds. Nothing is thrown for what the bytes hold: at the first cut or corrupt
 * record reading stops, and `end` tells where and why.
 */
export class PcapReader {
  /** Link type of all packets; -1 before the file's header came. */
  linkType = -1;
  readonly #onPacket: (packet: PcapPacket) => void;
  readonly #cutter: RecordCutter;
  readonly #packet: PcapPacket = {
    number: 0,
    seconds: 0,
    nanoseconds: 0,
    source: new Uint8Array(0),
    start: 0,
    end: 0,
    originalLength: 0,
  };
  #little = true;
  #nanosecondsOfUnit = 1;
  #cut: CaptureCut | null = null;

  constructor(onPacket: (packet: PcapPacket) => void) {
    this.#onPacket = onPacket;
    const format: RecordFormat = {
      sizeOf: (view, at, available) => this.#recordSize(view, at, available),
      read: (bytes, view, at, size) => this.#read(bytes, view, at, size),
    };
    this.#cutter = new RecordCutter(format);
  }

  /** Reads on. After a cut or corrupt record further chunks are ignored. */
  push(chunk: Uint8Array): void {
    this.#cutter.push(chunk);
  }

  /** Ends the stream: how many packets it had, and whether it was whole. */
  end(): CaptureSummary {
    if (this.#cut === null && this.#cutter.insideRecord) {
      this.#stop(
        this.linkType === -1 ? 'the file ends inside its header' : 'the file ends inside a packet',
      );
    } else if (this.#cut === null && this.linkType === -1) this.#stop('the file is empty');
    return {
      packets: this.#packet.number,
      soundBytes: this.#cutter.soundBytes,
      cut: this.#cut,
    };
  }

  #recordSize(view: DataView, at: number, available: number): number {
    if (this.linkType === -1) return available < fileHeader ? -fileHeader : fileHeader;
    if (available < recordHeader) return -recordHeader;
    const length = view.getUint32(at + 8, this.#little);
    if (length > longestPacket) return this.#stop(`a packet cannot be ${length} bytes long`);
    return recordHeader + length;
  }

  #read(bytes: Uint8Array, view: DataView, at: number, size: number): boolean {
    if (this.linkType === -1) return this.#readFileHeader(view, at);
    const little = this.#little;
    const packet = this.#packet;
    packet.number++;
    packet.seconds = view.getUint32(at, little);
    packet.nanoseconds = view.getUint32(at + 4, little) * this.#nanosecondsOfUnit;
    packet.source = bytes;
    packet.start = at + recordHeader;
    packet.end = at + size;
    packet.originalLength = view.getUint32(at + 12, little);
    this.#onPacket(packet);
    return true;
  }

  #readFileHeader(view: DataView, at: number): boolean {
    const little = isMagic(view.getUint32(at, true));
    const magic = view.getUint32(at, little);
    if (!isMagic(magic)) {
      this.#stop('not a pcap file: it does not begin with its magic number');
      return false;
    }
    this.#little = little;
    this.#nanosecondsOfUnit = magic === nanosecondMagic ? 1 : 1000;
    const major = view.getUint16(at + 4, little);
    if (major !== 2) {
      this.#stop(`a pcap file of version ${major} is not known`);
      return false;
    }
    // The upper bits tell of a frame check sequence behind the frame; IP's own lengths leave it out.
    this.linkType = view.getUint32(at + 20, little) & 0xffff;
    return true;
  }

  #stop(reason: string): typeof unreadable {
    this.#cut = { offset: this.#cutter.soundBytes, reason };
    return unreadable;
  }
}
