/**
 * Fields of a 16-byte completion queue entry, read by offset (NVMe Base Specification, section 4.2).
 * `at` is where the entry begins in the view.
 */

export const CQE_BYTES = 16;

export const cqeDword0 = (view: DataView, at: number): number => view.getUint32(at, true);
export const cqeDword1 = (view: DataView, at: number): number => view.getUint32(at + 4, true);
export const cqeSqHead = (view: DataView, at: number): number => view.getUint16(at + 8, true);
export const cqeCid = (view: DataView, at: number): number => view.getUint16(at + 12, true);

/** SCT << 8 | SC: the status without phase, retry delay, More and Do Not Retry. */
export const cqeStatus = (view: DataView, at: number): number =>
  (view.getUint16(at + 14, true) >>> 1) & 0x7ff;

/** Do Not Retry. */
export const cqeDoNotRetry = (view: DataView, at: number): boolean =>
  (view.getUint8(at + 15) & 0x80) !== 0;
