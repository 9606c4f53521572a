/**
 * Cross-Controller Reset (TP8028): the command, its answer, and log page 1Eh
 * (NVMe Base Specification 2.3, sections 5.4.3 and 5.1.12). `at` is where the entry begins.
 */

/** ICID: CNTLID of the impaired controller. */
export const ccrImpairedCntlid = (view: DataView, at: number): number =>
  view.getUint16(at + 40, true);
/** CIU of the impaired controller. */
export const ccrUniquifier = (view: DataView, at: number): number => view.getUint8(at + 42);
/** CIRN of the impaired controller. */
export const ccrRandomNumber = (view: DataView, at: number): bigint =>
  view.getBigUint64(at + 48, true);

/** IRS, DW0 bit 0 of the answer: the reset is done, no log entry follows. */
export const ccrImmediate = (dword0: number): boolean => (dword0 & 1) !== 0;

/** LID of the log page of Cross-Controller Resets. */
export const CCR_LOG_PAGE = 0x1e;
export const CCR_LOG_HEADER_BYTES = 8;
export const CCR_LOG_ENTRY_BYTES = 8;
export const CCR_LOG_MAX_ENTRIES = 511;
/** The whole log page, with as many entries as it can have. */
export const CCR_LOG_BYTES = CCR_LOG_HEADER_BYTES + CCR_LOG_MAX_ENTRIES * CCR_LOG_ENTRY_BYTES;

export const CcrStatus = { inProgress: 0, success: 1, failed: 2 } as const;

/** One entry of log page 1Eh. It has no CIRN: it is known by ICID and CIU. */
export interface CcrLogEntry {
  icid: number;
  ciu: number;
  acid: number;
  /** 0 in progress, 1 success, 2 failed. */
  status: number;
  flags: number;
}

/** Number of entries that the header of log page 1Eh announces; 0 where the bytes hold no header. */
export const ccrLogAnnounced = (bytes: Uint8Array): number =>
  bytes.length < CCR_LOG_HEADER_BYTES ? 0 : bytes[0]! | (bytes[1]! << 8);

/** Entries of log page 1Eh, as many as the bytes hold. */
export function readCcrLog(bytes: Uint8Array): CcrLogEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < CCR_LOG_HEADER_BYTES) return [];
  const count = Math.min(
    view.getUint16(0, true),
    CCR_LOG_MAX_ENTRIES,
    Math.floor((bytes.length - CCR_LOG_HEADER_BYTES) / CCR_LOG_ENTRY_BYTES),
  );
  return Array.from({ length: count }, (_, index) => {
    const at = CCR_LOG_HEADER_BYTES + index * CCR_LOG_ENTRY_BYTES;
    return {
      icid: view.getUint16(at, true),
      ciu: view.getUint8(at + 2),
      acid: view.getUint16(at + 4, true),
      status: view.getUint8(at + 6),
      flags: view.getUint8(at + 7),
    };
  });
}

/** DW0 of the event "CCR completed": notice, F4h, log page 1Eh. */
export const CCR_COMPLETED_EVENT = 0x001e_f402;
