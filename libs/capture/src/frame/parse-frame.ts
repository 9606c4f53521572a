import { etherType } from './ether-type.js';
import type { FrameHeaders } from './headers.js';
import { linkType, parseLink } from './link-layer.js';

const ipProtocol = {
  hopByHop: 0,
  tcp: 6,
  routing: 43,
  fragment: 44,
  authentication: 51,
  destinationOptions: 60,
} as const;

const smallestIpv4Header = 20;
const ipv6Header = 40;
const smallestTcpHeader = 20;
const arpForIpv4 = 28;

/**
 * Finds the headers of an Ethernet frame and writes them into `headers`, without copying and without
 * allocation. A frame that is cut or contradicts itself is parsed as far as it goes; `headers.problem`
 * then says what is wrong.
 *
 * Checksums are not computed: the fabric carries frames over sockets that lose no bits.
 */
export function parseFrame(frame: Uint8Array, headers: FrameHeaders): void {
  parsePacket(linkType.ethernet, frame, 0, frame.length, frame.length, headers);
}

/**
 * Finds the headers of a packet, `bytes[start, end)`, of any link type that `linkTypeName` knows, as `parseFrame` does. A packet of
 * which the capture kept only the beginning is no problem as long as its TCP header is there: `networkEnd` then
 * lies behind the last byte. Offsets count from the first of `bytes`.
 *
 * @param wireLength - length of the packet before the capture cut it
 */
export function parsePacket(
  link: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  wireLength: number,
  headers: FrameHeaders,
): void {
  headers.network = 'other';
  headers.transport = 'none';
  headers.problem = null;
  headers.vlan = -1;
  headers.etherType = 0;
  headers.capturedEnd = end;
  headers.wireEnd = start + wireLength;
  const at = parseLink(link, bytes, start, end, headers);
  if (at < 0) return;
  let type = headers.etherType;
  headers.networkOffset = at;
  while (type === etherType.vlan || type === etherType.serviceVlan) {
    const tag = headers.networkOffset;
    if (tag + 4 > end) {
      headers.problem = 'the VLAN tag is cut';
      return;
    }
    if (headers.vlan === -1) headers.vlan = uint16(bytes, tag) & 0x0fff;
    type = uint16(bytes, tag + 2);
    headers.networkOffset = tag + 4;
  }
  headers.etherType = type;
  if (type === etherType.ipv4) parseIpv4(bytes, headers);
  else if (type === etherType.ipv6) parseIpv6(bytes, headers);
  else if (type === etherType.arp) parseArp(bytes, headers);
}

/** RFC 826, for IPv4 over Ethernet. */
function parseArp(frame: Uint8Array, headers: FrameHeaders): void {
  const at = headers.networkOffset;
  headers.network = 'arp';
  if (at + arpForIpv4 > headers.capturedEnd) {
    headers.problem = 'the ARP packet is cut';
    return;
  }
  headers.arpOperation = uint16(frame, at + 6);
  headers.sourceAddressOffset = at + 14;
  headers.destinationAddressOffset = at + 24;
  headers.addressLength = 4;
}

/** RFC 791, section 3.1. */
function parseIpv4(frame: Uint8Array, headers: FrameHeaders): void {
  const at = headers.networkOffset;
  headers.network = 'ipv4';
  if (at + smallestIpv4Header > headers.capturedEnd) {
    headers.problem = 'the IPv4 header is cut';
    return;
  }
  const versionAndLength = frame[at]!;
  const headerLength = (versionAndLength & 0x0f) * 4;
  const totalLength = uint16(frame, at + 2);
  headers.sourceAddressOffset = at + 12;
  headers.destinationAddressOffset = at + 16;
  headers.addressLength = 4;
  headers.protocol = frame[at + 9]!;
  headers.networkEnd = at + totalLength;
  headers.transportOffset = at + headerLength;
  const fragmentField = uint16(frame, at + 6);
  headers.fragment = (fragmentField & 0x3fff) !== 0;
  if (versionAndLength >> 4 !== 4 || headerLength < smallestIpv4Header) {
    headers.problem = 'the IPv4 header states a wrong version or header length';
    return;
  }
  if (totalLength < headerLength) {
    headers.problem = 'the IPv4 datagram is shorter than its header';
    return;
  }
  if (headers.networkEnd > headers.wireEnd) {
    headers.problem = 'the IPv4 datagram is longer than its frame';
    return;
  }
  const firstFragment = (fragmentField & 0x1fff) === 0;
  if (firstFragment) parseTransport(frame, headers);
}

/** RFC 8200, with the extension headers that may stand before a transport. */
function parseIpv6(frame: Uint8Array, headers: FrameHeaders): void {
  const at = headers.networkOffset;
  headers.network = 'ipv6';
  if (at + ipv6Header > headers.capturedEnd) {
    headers.problem = 'the IPv6 header is cut';
    return;
  }
  headers.sourceAddressOffset = at + 8;
  headers.destinationAddressOffset = at + 24;
  headers.addressLength = 16;
  headers.fragment = false;
  const end = at + ipv6Header + uint16(frame, at + 4);
  headers.networkEnd = end;
  if (frame[at]! >> 4 !== 6) {
    headers.problem = 'the IPv6 header states another version';
    return;
  }
  if (end > headers.wireEnd) {
    headers.problem = 'the IPv6 packet is longer than its frame';
    return;
  }
  let next = frame[at + 6]!;
  let offset = at + ipv6Header;
  let firstFragment = true;
  while (isExtension(next)) {
    if (offset + 8 > Math.min(end, headers.capturedEnd)) {
      headers.problem = 'an IPv6 extension header is cut';
      return;
    }
    const current = next;
    next = frame[offset]!;
    if (current === ipProtocol.fragment) {
      headers.fragment = true;
      firstFragment = uint16(frame, offset + 2) >> 3 === 0;
      offset += 8;
      // What follows in a later fragment is payload, whatever it looks like.
      if (!firstFragment) break;
    } else if (current === ipProtocol.authentication) {
      offset += (frame[offset + 1]! + 2) * 4;
    } else {
      offset += (frame[offset + 1]! + 1) * 8;
    }
  }
  headers.protocol = next;
  headers.transportOffset = offset;
  if (offset > end) {
    headers.problem = 'an IPv6 extension header runs past its packet';
    return;
  }
  if (firstFragment) parseTransport(frame, headers);
}

function isExtension(protocol: number): boolean {
  return (
    protocol === ipProtocol.hopByHop ||
    protocol === ipProtocol.routing ||
    protocol === ipProtocol.fragment ||
    protocol === ipProtocol.authentication ||
    protocol === ipProtocol.destinationOptions
  );
}

/** TCP: RFC 9293, section 3.1. */
function parseTransport(frame: Uint8Array, headers: FrameHeaders): void {
  if (headers.protocol !== ipProtocol.tcp) {
    headers.transport = 'other';
    return;
  }
  const at = headers.transportOffset;
  if (at + smallestTcpHeader > Math.min(headers.networkEnd, headers.capturedEnd)) {
    headers.problem = 'the TCP header is cut';
    return;
  }
  const payloadOffset = at + (frame[at + 12]! >> 4) * 4;
  if (payloadOffset < at + smallestTcpHeader || payloadOffset > headers.networkEnd) {
    headers.problem = 'the TCP header states a wrong length';
    return;
  }
  if (payloadOffset > headers.capturedEnd) {
    headers.problem = 'the TCP header is cut';
    return;
  }
  headers.transport = 'tcp';
  headers.sourcePort = uint16(frame, at);
  headers.destinationPort = uint16(frame, at + 2);
  headers.sequence = uint32(frame, at + 4);
  headers.acknowledgement = uint32(frame, at + 8);
  headers.flags = frame[at + 13]!;
  headers.window = uint16(frame, at + 14);
  headers.optionsOffset = at + smallestTcpHeader;
  headers.payloadOffset = payloadOffset;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function uint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}
