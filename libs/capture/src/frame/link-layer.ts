import { etherType } from './ether-type.js';
import type { FrameHeaders } from './headers.js';

/** Link types as capture files number them (tcpdump.org/linktypes.html). */
export const linkType = {
  null: 0,
  ethernet: 1,
  rawOnOpenBsd: 14,
  rawOnOthers: 12,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const names: Readonly<Record<number, string>> = {
  [linkType.null]: 'BSD loopback',
  [linkType.ethernet]: 'Ethernet',
  [linkType.rawOnOthers]: 'raw IP',
  [linkType.rawOnOpenBsd]: 'raw IP',
  [linkType.raw]: 'raw IP',
  [linkType.loop]: 'OpenBSD loopback',
  [linkType.linuxCooked]: 'Linux cooked',
  [linkType.ipv4]: 'raw IPv4',
  [linkType.ipv6]: 'raw IPv6',
  [linkType.linuxCooked2]: 'Linux cooked v2',
};

/** Name of a link type that `parsePacket` knows; null for any other. */
export function linkTypeName(link: number): string | null {
  return names[link] ?? null;
}

const ethernetHeader = 14;
const loopbackHeader = 4;
const cookedHeader = 16;
const cooked2Header = 20;
const inet = 2;
/** AF_INET6 of the BSDs, Darwin, Linux and Windows, for each numbers it in its own way. */
const inet6 = [24, 28, 30, 10, 23];

/**
 * Reads the header of the link layer of `packet[start, end)`: its EtherType goes into `headers`.
 *
 * @returns where the next header begins; -1 when there is none, and `headers.problem` says why
 */
export function parseLink(
  link: number,
  packet: Uint8Array,
  start: number,
  end: number,
  headers: FrameHeaders,
): number {
  const length = end - start;
  switch (link) {
    case linkType.ethernet:
      if (length < ethernetHeader) return cut(headers, 'Ethernet');
      headers.etherType = (packet[start + 12]! << 8) | packet[start + 13]!;
      return start + ethernetHeader;
    case linkType.linuxCooked:
      if (length < cookedHeader) return cut(headers, 'Linux cooked');
      headers.etherType = (packet[start + 14]! << 8) | packet[start + 15]!;
      return start + cookedHeader;
    case linkType.linuxCooked2:
      if (length < cooked2Header) return cut(headers, 'Linux cooked v2');
      headers.etherType = (packet[start]! << 8) | packet[start + 1]!;
      return start + cooked2Header;
    case linkType.raw:
    case linkType.rawOnOthers:
    case linkType.rawOnOpenBsd:
    case linkType.ipv4:
    case linkType.ipv6:
      if (length === 0) return cut(headers, 'IP');
      headers.etherType = etherTypeOfVersion(packet[start]! >> 4);
      return start;
    case linkType.null:
    case linkType.loop: {
      if (length < loopbackHeader) return cut(headers, 'loopback');
      // In the byte order of whoever captured it, or the network's: a family is below 256 in one of the two.
      const family = packet[start]! | packet[start + 3]!;
      headers.etherType =
        family === inet ? etherType.ipv4 : inet6.includes(family) ? etherType.ipv6 : 0;
      return start + loopbackHeader;
    }
    default:
      headers.problem = `link type ${link} is not known`;
      return -1;
  }
}

function etherTypeOfVersion(version: number): number {
  if (version === 4) return etherType.ipv4;
  return version === 6 ? etherType.ipv6 : 0;
}

function cut(headers: FrameHeaders, name: string): -1 {
  headers.problem = `the ${name} header is cut`;
  return -1;
}
