import type { FrameHeaders } from './headers.js';

const etherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  serviceVlan: 0x88a8,
} as const;

const ipProtocol = {
  hopByHop: 0,
  tcp: 6,
  routing: 43,
  fragment: 44,
  authentication: 51,
  destinationOptions: 60,
} as const;

const ethernetHeader = 14;
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
  headers.network = 'other';
  headers.transport = 'none';
  headers.problem = null;
  headers.vlan = -1;
  headers.etherType = 0;
  if (frame.length < ethernetHeader) {
    headers.problem = 'the Ethernet header is cut';
    return;
  }
  let type = uint16(frame, 12);
  let at = ethernetHeader;
  while (type === etherType.vlan || type === etherType.serviceVlan) {
    if (at + 4 > frame.length) {
      headers.problem = 'the VLAN tag is cut';
      return;
    }
    if (headers.vlan === -1) headers.vlan = uint16(frame, at) & 0x0fff;
    type = uint16(frame, at + 2);
    at += 4;
  }
  headers.etherType = type;
  headers.networkOffset = at;
  if (type === etherType.ipv4) parseIpv4(frame, headers);
  else if (type === etherType.ipv6) parseIpv6(frame, headers);
  else if (type === etherType.arp) parseArp(frame, headers);
}

/** RFC 826, for IPv4 over Ethernet. */
function parseArp(frame: Uint8Array, headers: FrameHeaders): void {
  const at = headers.networkOffset;
  headers.network = 'arp';
  if (at + arpForIpv4 > frame.length) {
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
  if (at + smallestIpv4Header > frame.length) {
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
  if (headers.networkEnd > frame.length) {
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
  if (at + ipv6Header > frame.length) {
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
  if (end > frame.length) {
    headers.problem = 'the IPv6 packet is longer than its frame';
    return;
  }
  let next = frame[at + 6]!;
  let offset = at + ipv6Header;
  let firstFragment = true;
  while (isExtension(next)) {
    if (offset + 8 > end) {
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
  if (at + smallestTcpHeader > headers.networkEnd) {
    headers.problem = 'the TCP header is cut';
    return;
  }
  const payloadOffset = at + (frame[at + 12]! >> 4) * 4;
  if (payloadOffset < at + smallestTcpHeader || payloadOffset > headers.networkEnd) {
    headers.problem = 'the TCP header states a wrong length';
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
