import { tcpFlag } from '@fenceline/capture';
import { roomFor } from '@fenceline/nvme';

/** One end of a link: its addresses in Ethernet and IP. */
export interface Interface {
  mac: Uint8Array;
  /** IPv4. */
  address: Uint8Array;
}

export interface Segment {
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgement: number;
  /** Bits of `tcpFlag`. */
  flags: number;
  /** As it stands in the header, not scaled. */
  window: number;
}

const ethernetBytes = 14;
const ipv4Bytes = 20;
const tcpBytes = 20;
/** Maximum segment size, no operation, window scale. */
const synOptionBytes = 8;
const ipv4Type = 0x0800;
const tcpProtocol = 6;
const doNotFragment = 0x4000;
const timeToLive = 64;
const noChecksumNorUrgent = 0;

/** Largest payload that fits a TCP segment which the network card will cut up (44 segments of 1460 bytes). */
export const longestPayload = 44 * 1460;
const maximumSegmentSize = 1460;

/** By how many bits a window is shifted once both sides said so (RFC 7323). */
export const windowScale = 7;

/** Writes the frames that one end of a link sends to the other: Ethernet, IPv4, TCP (RFC 894, 791, 9293). */
export class FrameWriter {
  readonly #header = new Uint8Array(ethernetBytes + ipv4Bytes);
  readonly #addressSum: number;
  #identification = 0;

  /** @param memory gives the memory of a frame of so many bytes; anything may stand in it */
  constructor(
    from: Interface,
    to: Interface,
    private readonly memory: (length: number) => Uint8Array = roomFor,
  ) {
    const header = this.#header;
    const view = new DataView(header.buffer);
    header.set(to.mac, 0);
    header.set(from.mac, 6);
    view.setUint16(12, ipv4Type);
    view.setUint8(ethernetBytes, 0x45);
    view.setUint16(ethernetBytes + 6, doNotFragment);
    view.setUint8(ethernetBytes + 8, timeToLive);
    view.setUint8(ethernetBytes + 9, tcpProtocol);
    header.set(from.address, ethernetBytes + 12);
    header.set(to.address, ethernetBytes + 16);
    this.#addressSum = sumOf(view, ethernetBytes + 12, header.length, 0);
  }

  /**
   * A frame with a segment, whose payload `fill` writes.
   *
   * @param payloadBytes at most `longestPayload`
   */
  frame(segment: Segment, payloadBytes: number, fill?: (into: Uint8Array) => void): Uint8Array {
    const optionBytes = segment.flags & tcpFlag.syn ? synOptionBytes : 0;
    const tcp = ethernetBytes + ipv4Bytes;
    const payload = tcp + tcpBytes + optionBytes;
    const frame = this.memory(payload + payloadBytes);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    frame.set(this.#header);
    view.setUint16(ethernetBytes + 2, frame.length - ethernetBytes);
    view.setUint16(ethernetBytes + 4, (this.#identification = (this.#identification + 1) & 0xffff));
    view.setUint16(ethernetBytes + 10, checksum(sumOf(view, ethernetBytes, tcp, 0)));
    view.setUint16(tcp, segment.sourcePort);
    view.setUint16(tcp + 2, segment.destinationPort);
    view.setUint32(tcp + 4, segment.sequence);
    view.setUint32(tcp + 8, segment.acknowledgement);
    view.setUint8(tcp + 12, ((tcpBytes + optionBytes) / 4) << 4);
    view.setUint8(tcp + 13, segment.flags);
    view.setUint16(tcp + 14, segment.window);
    view.setUint32(tcp + 16, noChecksumNorUrgent);
    if (optionBytes > 0) {
      view.setUint32(tcp + 20, (2 << 24) | (4 << 16) | maximumSegmentSize);
      view.setUint32(tcp + 24, (1 << 24) | (3 << 16) | (3 << 8) | windowScale);
    }
    fill?.(frame.subarray(payload));
    const pseudoHeader = this.#addressSum + tcpProtocol + (frame.length - tcp);
    view.setUint16(tcp + 16, checksum(sumOf(view, tcp, frame.length, pseudoHeader)));
    return frame;
  }
}

/**
 * Adds the 16-bit words of a range to `sum`, the carries not folded in yet (RFC 1071): two at a time, as 2^16 counts
 * as 1, in four sums, none of which has to wait for another.
 */
function sumOf(view: DataView, start: number, end: number, sum: number): number {
  let [first, second, third, fourth] = [sum, 0, 0, 0];
  let at = start;
  for (; at + 15 < end; at += 16) {
    first += view.getUint32(at);
    second += view.getUint32(at + 4);
    third += view.getUint32(at + 8);
    fourth += view.getUint32(at + 12);
  }
  let total = first + second + third + fourth;
  for (; at + 3 < end; at += 4) total += view.getUint32(at);
  for (; at < end; at++) total += view.getUint8(at) << ((at - start) & 1 ? 0 : 8);
  return total;
}

function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
