import {
  blockType,
  byteOrderMagic,
  longestBlock,
  optionCode,
  padded,
  smallestBlock,
  smallestEnhancedPacket,
  smallestInterfaceDescription,
  smallestSectionHeader,
  smallestSimplePacket,
  swappedByteOrderMagic,
  twoTo32,
  type PacketDirection,
} from './format.js';
import { RecordCutter, unreadable, type RecordFormat } from '../file/record-cutter.js';
import { utf8Decoder } from './text.js';
import { TimeUnit } from './time-unit.js';

/** One packet of a capture. The reader uses one object for all: copy what must outlive the callback. */
export interface CapturedPacket {
  /** Frame number, from 1, as Wireshark counts. */
  number: number;
  /** Nanoseconds of the capture's clock; if_tsoffset is not added, so a lab's file gives lab time. */
  t: number;
  /** The captured bytes: a view, made when it is asked for, that is valid during the callback only. */
  readonly bytes: Uint8Array;
  /** The same bytes: `source[start, end)`. */
  source: Uint8Array;
  start: number;
  end: number;
  /** Length of the frame on the wire; greater than `bytes.length` when the capture cut it. */
  originalLength: number;
  direction: PacketDirection;
  comments: readonly string[];
  /** Position of its interface in `PcapngReader.interfaces`. */
  interfaceIndex: number;
}

/** One interface of the current section. */
export interface CaptureInterface {
  name: string;
  linkType: number;
  snapLength: number;
  timeUnit: TimeUnit;
  timestampOffsetSeconds: number;
}

/** Where and why a capture could not be read on. */
export interface CaptureCut {
  /** Offset in the file of the block that is cut or corrupt. */
  offset: number;
  reason: string;
}

export interface CaptureSummary {
  packets: number;
  /** Bytes of whole, sound blocks from the file's start. */
  soundBytes: number;
  /** Null when the file ended behind a whole block. */
  cut: CaptureCut | null;
}

const noComments: readonly string[] = [];
const noBytes = new Uint8Array(0);
const noInterfaces: readonly CaptureInterface[] = [];
class LentPacket implements CapturedPacket {
  number = 0;
  t = 0;
  source: Uint8Array = noBytes;
  start = 0;
  end = 0;
  originalLength = 0;
  direction: PacketDirection = 'unknown';
  comments: readonly string[] = noComments;
  interfaceIndex = 0;

  get bytes(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }
}

const microseconds = 6;

/** Time of a packet: of the two words of its time stamp, in its interface's unit. */
export type TimeReader = (source: CaptureInterface, high: number, low: number) => number;

/** How a `PcapngReader` reads what not every user can take. */
export interface PcapngReaderOptions {
  /** @defaultValue nanoseconds of the capture's clock, without if_tsoffset */
  timeOf?: TimeReader;
  /**
   * Read simple packet blocks, which have no time: they get that of the packet before them, and
   * `untimedPackets` counts them.
   *
   * @defaultValue false: they end the reading, as a history cannot do without times
   */
  simplePackets?: boolean;
}

const ownClock: TimeReader = (source, high, low) => source.timeUnit.toNanoseconds(high, low);

/**
 * Reads a pcapng stream as its bytes come, in chunks of any size, and calls back for each packet.
 *
 * Both byte orders, several sections and interfaces and every time unit are read; blocks of other types
 * are skipped. Nothing is ever thrown for what the bytes hold: at the first cut or corrupt block reading
 * stops, and `end` tells where and why. Memory is bounded by the longest block (16 MiB).
 */
export class PcapngReader {
  readonly #onPacket: (packet: CapturedPacket) => void;
  readonly #packet = new LentPacket();
  readonly #timeOf: TimeReader;
  readonly #simplePackets: boolean;
  readonly #cutter: RecordCutter;
  #interfaces: CaptureInterface[] = [];
  #inSection = false;
  #little = true;
  #cut: CaptureCut | null = null;
  #untimed = 0;

  constructor(onPacket: (packet: CapturedPacket) => void, options: PcapngReaderOptions = {}) {
    this.#onPacket = onPacket;
    this.#timeOf = options.timeOf ?? ownClock;
    this.#simplePackets = options.simplePackets ?? false;
    const format: RecordFormat = {
      sizeOf: (view, at, available) => this.#blockSize(view, at, available),
      read: (bytes, view, at, size) => this.#readBlock(bytes, view, at, size),
    };
    this.#cutter = new RecordCutter(format);
  }

  /** Interfaces described so far in the current section. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#inSection ? this.#interfaces : noInterfaces;
  }

  /** Packets whose block has no time stamp. */
  get untimedPackets(): number {
    return this.#untimed;
  }

  /** Reads on. After a cut or corrupt block further chunks are ignored. */
  push(chunk: Uint8Array): void {
    this.#cutter.push(chunk);
  }

  /** Ends the stream: how many packets it had, and whether it was whole. */
  end(): CaptureSummary {
    if (this.#cut === null) {
      if (this.#cutter.insideRecord) this.#stop('the file ends inside a block');
      else if (!this.#inSection) this.#stop('the file is empty');
    }
    return {
      packets: this.#packet.number,
      soundBytes: this.#cutter.soundBytes,
      cut: this.#cut,
    };
  }

  /** Length of the block at `at`, as `RecordFormat.sizeOf` wants it. */
  #blockSize(view: DataView, at: number, available: number): number {
    if (available < smallestBlock) return -smallestBlock;
    let smallest = smallestBlock;
    if (view.getUint32(at, true) === blockType.sectionHeader) {
      const magic = view.getUint32(at + 8, true);
      if (magic !== byteOrderMagic && magic !== swappedByteOrderMagic) {
        return this.#stop('the section header has no byte-order magic');
      }
      this.#little = magic === byteOrderMagic;
      smallest = smallestSectionHeader;
    } else if (!this.#inSection) {
      return this.#stop('not a pcapng file: it does not begin with a section header');
    }
    const size = view.getUint32(at + 4, this.#little);
    if (size < smallest || size > longestBlock || size % 4 !== 0) {
      return this.#stop(`a block cannot be ${size} bytes long`);
    }
    return size;
  }

  /** Reads one whole block; false when it is corrupt. */
  #readBlock(bytes: Uint8Array, view: DataView, at: number, size: number): boolean {
    const little = this.#little;
    if (view.getUint32(at + size - 4, little) !== size) {
      this.#stop('the lengths at the start and the end of a block differ');
      return false;
    }
    let sound = true;
    switch (view.getUint32(at, little)) {
      case blockType.enhancedPacket:
        sound = this.#readPacket(bytes, view, at, size);
        break;
      case blockType.sectionHeader:
        this.#interfaces = [];
        this.#inSection = true;
        break;
      case blockType.interfaceDescription:
        sound = this.#readInterface(bytes, view, at, size);
        break;
      case blockType.simplePacket:
        sound = this.#readSimplePacket(bytes, view, at, size);
        break;
      case blockType.obsoletePacket:
        this.#stop('an obsolete packet block: only enhanced and simple packet blocks are read');
        sound = false;
        break;
      default:
        // Statistics, name resolution, custom blocks: nothing that a history needs.
        break;
    }
    return sound;
  }

  #readInterface(bytes: Uint8Array, view: DataView, at: number, size: number): boolean {
    if (size < smallestInterfaceDescription) {
      this.#stop('an interface description is too short');
      return false;
    }
    const little = this.#little;
    let name = '';
    let resolution = microseconds;
    let timestampOffsetSeconds = 0;
    const end = at + size - 4;
    let option = at + 16;
    while (option + 4 <= end) {
      const code = view.getUint16(option, little);
      const length = view.getUint16(option + 2, little);
      const value = option + 4;
      if (code === optionCode.end) break;
      if (value + length > end) {
        this.#stop('an option of an interface description runs past its block');
        return false;
      }
      if (code === optionCode.interfaceName) {
        name = utf8Decoder.decode(bytes.subarray(value, value + length));
      } else if (code === optionCode.timestampResolution && length === 1) {
        resolution = view.getUint8(value);
      } else if (code === optionCode.timestampOffset && length === 8) {
        const high = view.getInt32(value + (little ? 4 : 0), little);
        const low = view.getUint32(value + (little ? 0 : 4), little);
        timestampOffsetSeconds = high * twoTo32 + low;
      }
      option = value + padded(length);
    }
    this.#interfaces.push({
      name,
      linkType: view.getUint16(at + 8, little),
      snapLength: view.getUint32(at + 12, little),
      timeUnit: new TimeUnit(resolution),
      timestampOffsetSeconds,
    });
    return true;
  }

  #readPacket(bytes: Uint8Array, view: DataView, at: number, size: number): boolean {
    const little = this.#little;
    const end = at + size - 4;
    const length = size < smallestEnhancedPacket ? size : view.getUint32(at + 20, little);
    const data = at + 28;
    if (length > size || data + padded(length) > end) {
      this.#stop('a packet runs past its block');
      return false;
    }
    const interfaceIndex = view.getUint32(at + 8, little);
    const source = this.#interfaces[interfaceIndex];
    if (source === undefined) {
      this.#stop(`a packet names interface ${interfaceIndex}, which was not described`);
      return false;
    }
    const packet = this.#packet;
    packet.direction = 'unknown';
    packet.comments = noComments;
    let option = data + padded(length);
    while (option + 4 <= end) {
      const code = view.getUint16(option, little);
      const valueLength = view.getUint16(option + 2, little);
      const value = option + 4;
      if (code === optionCode.end) break;
      if (value + valueLength > end) {
        this.#stop('an option of a packet runs past its block');
        return false;
      }
      if (code === optionCode.packetFlags && valueLength === 4) {
        packet.direction = directionOf(view.getUint32(value, little));
      } else if (code === optionCode.comment) {
        const text = utf8Decoder.decode(bytes.subarray(value, value + valueLength));
        packet.comments = [...packet.comments, text];
      }
      option = value + padded(valueLength);
    }
    packet.number++;
    packet.t = this.#timeOf(
      source,
      view.getUint32(at + 12, little),
      view.getUint32(at + 16, little),
    );
    packet.source = bytes;
    packet.start = data;
    packet.end = data + length;
    packet.originalLength = view.getUint32(at + 24, little);
    packet.interfaceIndex = interfaceIndex;
    this.#onPacket(packet);
    return true;
  }

  /** A packet of the section's first interface, without a time (4.4). */
  #readSimplePacket(bytes: Uint8Array, view: DataView, at: number, size: number): boolean {
    const source = this.#interfaces[0];
    if (!this.#simplePackets || source === undefined || size < smallestSimplePacket) {
      this.#stop(
        this.#simplePackets
          ? 'a simple packet block without an interface, or without a length'
          : 'a simple packet block: it has no time',
      );
      return false;
    }
    const originalLength = view.getUint32(at + 8, this.#little);
    const snapLength = source.snapLength === 0 ? originalLength : source.snapLength;
    const packet = this.#packet;
    packet.number++;
    packet.direction = 'unknown';
    packet.comments = noComments;
    const length = Math.min(originalLength, snapLength, size - smallestSimplePacket);
    packet.source = bytes;
    packet.start = at + 12;
    packet.end = at + 12 + length;
    packet.originalLength = originalLength;
    packet.interfaceIndex = 0;
    this.#untimed++;
    this.#onPacket(packet);
    return true;
  }

  #stop(reason: string): typeof unreadable {
    this.#cut = { offset: this.#cutter.soundBytes, reason };
    return unreadable;
  }
}

function directionOf(flags: number): PacketDirection {
  switch (flags & 3) {
    case 1:
      return 'inbound';
    case 2:
      return 'outbound';
    default:
      return 'unknown';
  }
}
