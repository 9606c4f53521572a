/** What a frame carries, as deep as it was parsed. */
export type NetworkLayer = 'arp' | 'ipv4' | 'ipv6' | 'other';
export type TransportLayer = 'tcp' | 'other' | 'none';

/** TCP's flags (RFC 9293, section 3.1). */
export const tcpFlag = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
} as const;

/**
 * Where the headers of one Ethernet frame lie, and the fields that every reader needs. One object serves
 * all frames: `parseFrame` overwrites it. Offsets count from the frame's first byte; a field that the
 * frame does not have keeps an old value, so look at `network` and `transport` first.
 */
export class FrameHeaders {
  network: NetworkLayer = 'other';
  /** `none` for a frame without IP, for a later fragment, and where `problem` says why. */
  transport: TransportLayer = 'none';
  /** One past the last byte that was captured, and one past where the frame ended on the wire. */
  capturedEnd = 0;
  wireEnd = 0;
  /** What is wrong with the frame: a header that is cut or states impossible lengths; null when nothing. */
  problem: string | null = null;

  /** EtherType behind the VLAN tags, or the length field of an IEEE 802.3 frame. */
  etherType = 0;
  /** VLAN identifier of the outermost tag; -1 without one. */
  vlan = -1;
  networkOffset = 0;

  /** Addresses of ARP (sender, target protocol address) and IP: `addressLength` bytes, 4 or 16, at each offset. */
  sourceAddressOffset = 0;
  destinationAddressOffset = 0;
  addressLength = 0;
  /** ARP operation: 1 request, 2 reply. */
  arpOperation = 0;

  /** IP protocol number of the transport, behind the extension headers of IPv6. */
  protocol = 0;
  /** The datagram is a fragment, the first one included. */
  fragment = false;
  transportOffset = 0;
  /** End of the IP datagram: behind it there is Ethernet padding only. */
  networkEnd = 0;

  sourcePort = 0;
  destinationPort = 0;
  sequence = 0;
  acknowledgement = 0;
  /** Bits of `tcpFlag`. */
  flags = 0;
  window = 0;
  /** TCP options: from here to `payloadOffset`. */
  optionsOffset = 0;
  /** TCP payload: from here to `networkEnd`. */
  payloadOffset = 0;
}
