/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng), as far as Fenceline writes or reads them. */

/** Block types (section 11.1). The section header's reads the same in both byte orders. */
export const blockType = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  obsoletePacket: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;

/** Value of the section header's magic when read in the byte order of its writer (section 4.1). */
export const byteOrderMagic = 0x1a2b3c4d;
/** The same magic when read in the other byte order. */
export const swappedByteOrderMagic = 0x4d3c2b1a;

/** Option codes (sections 3.5, 4.1, 4.2 and 4.3). */
export const optionCode = {
  end: 0,
  comment: 1,
  userApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  timestampResolution: 9,
  timestampOffset: 14,
  packetFlags: 2,
} as const;

/** Link type of Ethernet frames without frame check sequence. */
export const ethernetLinkType = 1;

/** Length of the smallest block: type, length and length again. */
export const smallestBlock = 12;
/** Length of the smallest section header block. */
export const smallestSectionHeader = 28;
/** Length of the smallest interface description block. */
export const smallestInterfaceDescription = 20;
/** Length of the smallest enhanced packet block. */
export const smallestEnhancedPacket = 32;
/** Length of the smallest simple packet block. */
export const smallestSimplePacket = 16;
/** Longest block that is believed, as in Wireshark: a longer one is a corrupt length. */
export const longestBlock = 16 * 1024 * 1024;

/** Longest value that an option's 16-bit length can state. */
export const longestOption = 0xffff;

/** 2^32: what the upper word of a time stamp counts. */
export const twoTo32 = 0x1_0000_0000;

/** Which way a packet went, seen from the vantage point (epb_flags, bits 0-1). */
export type PacketDirection = 'inbound' | 'outbound' | 'unknown';

/** Bytes that bring `length` to a multiple of four. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
