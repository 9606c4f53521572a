/**
 * Fields of a 64-byte submission queue entry, read by offset (NVMe Base Specification, section 4.1).
 * `at` is where the entry begins in the view.
 */

export const SQE_BYTES = 64;

export const sqeOpcode = (view: DataView, at: number): number => view.getUint8(at);
export const sqeCid = (view: DataView, at: number): number => view.getUint16(at + 2, true);
export const sqeNsid = (view: DataView, at: number): number => view.getUint32(at + 4, true);

/** Length of the data in bytes, from SGL1. */
export const sqeSglLength = (view: DataView, at: number): number => view.getUint32(at + 32, true);
/** SGL1's type and subtype. */
export const sqeSglType = (view: DataView, at: number): number => view.getUint8(at + 39);

export const SglType = {
  /** Data block with an offset: the data is in the capsule. */
  inCapsule: 0x01,
  /** Transport data block: the data travels in data PDUs. */
  transport: 0x5a,
} as const;

/** Command dword 10 to 15. */
export const sqeDword = (view: DataView, at: number, dword: number): number =>
  view.getUint32(at + dword * 4, true);

/**
 * SLBA of a command of the NVM command set (CDW10-11).
 *
 * @returns a plain number: exact to 2^53 blocks, more than any medium here has
 */
export const sqeSlba = (view: DataView, at: number): number =>
  view.getUint32(at + 40, true) + view.getUint32(at + 44, true) * 0x1_0000_0000;

/** Number of logical blocks (CDW12 15:0, 0-based in the entry, a count here). */
export const sqeBlocks = (view: DataView, at: number): number => view.getUint16(at + 48, true) + 1;

/** Force unit access (CDW12 bit 30). */
export const sqeFua = (view: DataView, at: number): boolean =>
  (view.getUint8(at + 51) & 0x40) !== 0;

/** Write Zeroes: deallocate the blocks too (CDW12 bit 25). */
export const sqeDeallocateZeroes = (view: DataView, at: number): boolean =>
  (view.getUint8(at + 51) & 0x02) !== 0;

/** Dataset Management: number of ranges (CDW10 7:0, a count here). */
export const dsmRanges = (view: DataView, at: number): number => view.getUint8(at + 40) + 1;
/** Dataset Management: the ranges are to be deallocated (CDW11 bit 2). */
export const dsmDeallocates = (view: DataView, at: number): boolean =>
  (view.getUint8(at + 44) & 0x04) !== 0;

/** Bytes of one range of a Dataset Management command. */
export const DSM_RANGE_BYTES = 16;
/** Blocks of the range that begins at `at` in the command's data. */
export const dsmRangeBlocks = (view: DataView, at: number): number => view.getUint32(at + 4, true);
/** First block of the range that begins at `at` in the command's data. */
export const dsmRangeSlba = (view: DataView, at: number): number =>
  view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * 0x1_0000_0000;

/** Get Log Page: LID (CDW10 7:0). */
export const logPageId = (view: DataView, at: number): number => view.getUint8(at + 40);
/** Get Log Page: log specific parameter (CDW10 14:8). */
export const logPageSpecific = (view: DataView, at: number): number =>
  view.getUint8(at + 41) & 0x7f;
/** Get Log Page: retain asynchronous event (CDW10 bit 15). */
export const logPageRetainsEvent = (view: DataView, at: number): boolean =>
  (view.getUint8(at + 41) & 0x80) !== 0;
/** Get Log Page: offset into the page in bytes (CDW12-13). */
export const logPageOffset = (view: DataView, at: number): number =>
  view.getUint32(at + 48, true) + view.getUint32(at + 52, true) * 0x1_0000_0000;

/** Get Log Page: bytes asked for (NUMDL CDW10 31:16, NUMDU CDW11 15:0, 0-based dwords in the entry). */
export const logPageLength = (view: DataView, at: number): number =>
  4 * (view.getUint16(at + 42, true) + view.getUint16(at + 44, true) * 0x1_0000 + 1);

/** FUSE, bits 1:0 of the flags: the command is one of a fused pair. */
export const sqeIsFused = (view: DataView, at: number): boolean =>
  (view.getUint8(at + 1) & 0x03) !== 0;

/** Identify: CNS (CDW10 7:0). */
export const identifyCns = (view: DataView, at: number): number => view.getUint8(at + 40);

/** Set and Get Features: feature identifier (CDW10 7:0). */
export const featureId = (view: DataView, at: number): number => view.getUint8(at + 40);
/** Set Features: value (CDW11). */
export const featureValue = (view: DataView, at: number): number => view.getUint32(at + 44, true);
