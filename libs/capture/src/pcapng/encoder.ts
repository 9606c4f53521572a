import {
  blockType,
  byteOrderMagic,
  ethernetLinkType,
  longestOption,
  optionCode,
  padded,
  type PacketDirection,
  smallestEnhancedPacket,
  smallestInterfaceDescription,
  smallestSectionHeader,
  twoTo32,
} from './format.js';
import { utf8Encoder } from './text.js';

export interface InterfaceDescription {
  /** Name of the vantage point (if_name), e.g. `A.host`. */
  name: string;
  /** What it is, for people (if_description). */
  description?: string;
  /** Whole seconds that readers add to each time stamp (if_tsoffset), e.g. the wall clock at time zero. */
  timestampOffsetSeconds: number;
  /** Longest frame that is captured whole, in bytes; 0 states no limit. */
  snapLength?: number;
}

const noComments: readonly string[] = [];
const nanoseconds = 9;

/**
 * Encodes a pcapng stream into a growing buffer: `section`, then `describeInterface`, then `packet` for
 * each frame. `take` hands over what was encoded and goes on in another buffer, so that two buffers
 * serve a capture of any length: one is filled while the other is written.
 *
 * A packet costs no allocation while the buffer has room.
 */
export class PcapngEncoder {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  /** Where in the buffer its contents begin, and end. */
  #start = 0;
  #position = 0;

  constructor(buffer: ArrayBuffer = new ArrayBuffer(64 * 1024)) {
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** Bytes encoded and not yet taken. */
  get length(): number {
    return this.#position - this.#start;
  }

  /** Begins a section (4.1), little-endian and of unstated length, written by `application`. */
  section(application: string): void {
    const start = this.#begin(
      blockType.sectionHeader,
      smallestSectionHeader + textRoom(application) + 4,
    );
    this.#word(byteOrderMagic);
    this.#word(0x0000_0001); // version 1.0: minor in the upper half, major in the lower
    this.#word(0xffff_ffff); // section length -1: not known, as the file grows
    this.#word(0xffff_ffff);
    this.#text(optionCode.userApplication, application);
    this.#word(optionCode.end);
    this.#end(start);
  }

  /** Describes an Ethernet interface whose time stamps are nanoseconds (4.2). */
  describeInterface(description: InterfaceDescription): void {
    const { name, description: text = '', timestampOffsetSeconds, snapLength = 0 } = description;
    const room = smallestInterfaceDescription + textRoom(name) + textRoom(text) + 8 + 12 + 4;
    const start = this.#begin(blockType.interfaceDescription, room);
    this.#word(ethernetLinkType);
    this.#word(snapLength);
    this.#text(optionCode.interfaceName, name);
    if (text !== '') this.#text(optionCode.interfaceDescription, text);
    this.#word(optionCode.timestampResolution | (1 << 16));
    this.#word(nanoseconds);
    this.#word(optionCode.timestampOffset | (8 << 16));
    this.#word(timestampOffsetSeconds >>> 0);
    this.#word(Math.floor(timestampOffsetSeconds / twoTo32));
    this.#word(optionCode.end);
    this.#end(start);
  }

  /**
   * Adds a frame of the first interface as an enhanced packet block (4.3).
   *
   * @param t its time in whole nanoseconds; exact up to 2^53
   * @param direction seen from the vantage point
   * @param comments texts that Wireshark shows with the packet
   */
  packet(
    t: number,
    frame: Uint8Array,
    direction: PacketDirection,
    comments: readonly string[] = noComments,
  ): void {
    const length = frame.length;
    let room = smallestEnhancedPacket + padded(length) + 12;
    for (const comment of comments) room += textRoom(comment);
    const start = this.#begin(blockType.enhancedPacket, room);
    const view = this.#view;
    const low = t >>> 0;
    view.setUint32(start + 8, 0, true);
    view.setUint32(start + 12, (t - low) / twoTo32, true);
    view.setUint32(start + 16, low, true);
    view.setUint32(start + 20, length, true);
    view.setUint32(start + 24, length, true);
    const data = start + 28;
    const end = data + padded(length);
    // The buffer is used again and again: the padding must not show what was there before.
    if (end > data) view.setUint32(end - 4, 0, true);
    this.#bytes.set(frame, data);
    view.setUint32(end, optionCode.packetFlags | (4 << 16), true);
    view.setUint32(end + 4, directionBits(direction), true);
    this.#position = end + 8;
    for (const comment of comments) this.#text(optionCode.comment, comment);
    this.#word(optionCode.end);
    this.#end(start);
  }

  /**
   * Adds the packets of `blocks` once more, with a time and a direction of their own: cheaper than `packet` for each.
   *
   * @param blocks what `packet` made of frames without comments, in this encoder or another one
   */
  repeat(blocks: Uint8Array, t: number, direction: PacketDirection): void {
    const start = this.#position;
    const end = start + blocks.length;
    this.#reserve(end);
    this.#bytes.set(blocks, start);
    const view = this.#view;
    const low = t >>> 0;
    const high = (t - low) / twoTo32;
    const bits = directionBits(direction);
    for (let at = start; at < end;) {
      view.setUint32(at + 12, high, true);
      view.setUint32(at + 16, low, true);
      at += view.getUint32(at + 4, true);
      view.setUint32(at - 12, bits, true);
    }
    this.#position = end;
  }

  /** What was encoded since there were `length` bytes, as a view that is valid until the encoder is used again. */
  since(length: number): Uint8Array {
    return this.#bytes.subarray(this.#start + length, this.#position);
  }

  /**
   * Everything encoded since the last call but the last `rest` bytes, as a view; the encoder goes on with those in
   * `next`, from the offset `start` on, which may be the buffer of an earlier view that is no longer needed.
   */
  take(next: ArrayBuffer, start = 0, rest = 0): Uint8Array<ArrayBuffer> {
    const end = this.#position - rest;
    const taken = this.#bytes.subarray(this.#start, end);
    const bytes = new Uint8Array(next);
    bytes.set(this.#bytes.subarray(end, this.#position), start);
    this.#bytes = bytes;
    this.#view = new DataView(next);
    this.#start = start;
    this.#position = start + rest;
    return taken;
  }

  /** Starts a block of at most `room` bytes and returns its offset. */
  #begin(type: number, room: number): number {
    const start = this.#position;
    this.#reserve(start + room);
    this.#view.setUint32(start, type, true);
    this.#position = start + 8;
    return start;
  }

  /** Closes the block: its length goes behind its type and to its end. */
  #end(start: number): void {
    const length = this.#position + 4 - start;
    this.#view.setUint32(start + 4, length, true);
    this.#word(length);
  }

  #word(value: number): void {
    this.#view.setUint32(this.#position, value, true);
    this.#position += 4;
  }

  /** Adds an option of text, cut at what its length field can state. */
  #text(code: number, text: string): void {
    const header = this.#position;
    const value = header + 4;
    const { written } = utf8Encoder.encodeInto(
      text,
      this.#bytes.subarray(value, value + longestOption),
    );
    const end = value + padded(written);
    this.#bytes.fill(0, value + written, end);
    this.#view.setUint32(header, code | (written << 16), true);
    this.#position = end;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#bytes.length) return;
    const grown = new ArrayBuffer(Math.max(capacity, this.#bytes.length * 2));
    const bytes = new Uint8Array(grown);
    bytes.set(this.#bytes.subarray(0, this.#position));
    this.#bytes = bytes;
    this.#view = new DataView(grown);
  }
}

/** A direction in an enhanced packet's flags; compared rather than looked up by name, as this is for every frame. */
function directionBits(direction: PacketDirection): number {
  if (direction === 'inbound') return 1;
  return direction === 'outbound' ? 2 : 0;
}

/** Upper bound of a text option's bytes: a UTF-16 unit takes at most three bytes of UTF-8. */
function textRoom(text: string): number {
  return 4 + padded(Math.min(text.length * 3, longestOption));
}
