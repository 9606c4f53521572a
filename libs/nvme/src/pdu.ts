/**
 * NVMe/TCP PDUs: the common header and the fields of each body, read by offset without allocation
 * (NVMe/TCP Transport Specification 1.1, section 3.6). All integers are little-endian.
 *
 * Readers take a view over the PDU's header and the offset at which the PDU begins in it.
 */

/** Length of the common header in bytes. */
export const COMMON_HEADER_BYTES = 8;

/** The longest header of any PDU: ICReq and ICResp. */
export const MAX_HEADER_BYTES = 128;

/** Length of a header or data digest. */
export const DIGEST_BYTES = 4;

export const PduType = {
  icReq: 0x00,
  icResp: 0x01,
  h2cTermReq: 0x02,
  c2hTermReq: 0x03,
  capsuleCmd: 0x04,
  capsuleResp: 0x05,
  h2cData: 0x06,
  c2hData: 0x07,
  r2t: 0x09,
} as const;

export const PduFlag = {
  /** A header digest follows the header. */
  headerDigest: 0x01,
  /** A data digest follows the data. */
  dataDigest: 0x02,
  /** The last data PDU of its command (C2HData) or of its R2T (H2CData). */
  last: 0x04,
  /** C2HData: the command succeeded and no response capsule follows. */
  success: 0x08,
} as const;

/** HLEN of each PDU type; 0 for a type that does not exist. */
export function headerLengthOf(type: number): number {
  switch (type) {
    case PduType.icReq:
    case PduType.icResp:
      return 128;
    case PduType.capsuleCmd:
      return 72;
    case PduType.h2cTermReq:
    case PduType.c2hTermReq:
    case PduType.capsuleResp:
    case PduType.h2cData:
    case PduType.c2hData:
    case PduType.r2t:
      return 24;
    default:
      return 0;
  }
}

const names: Readonly<Record<number, string>> = {
  [PduType.icReq]: 'ICReq',
  [PduType.icResp]: 'ICResp',
  [PduType.h2cTermReq]: 'H2CTermReq',
  [PduType.c2hTermReq]: 'C2HTermReq',
  [PduType.capsuleCmd]: 'CapsuleCmd',
  [PduType.capsuleResp]: 'CapsuleResp',
  [PduType.h2cData]: 'H2CData',
  [PduType.c2hData]: 'C2HData',
  [PduType.r2t]: 'R2T',
};

/** Name of a PDU type as the specification writes it, or its number. */
export function pduName(type: number): string {
  return names[type] ?? `PDU type ${type.toString(16).padStart(2, '0')}h`;
}

export const pduType = (view: DataView, at = 0): number => view.getUint8(at);
export const pduFlags = (view: DataView, at = 0): number => view.getUint8(at + 1);
export const pduHeaderLength = (view: DataView, at = 0): number => view.getUint8(at + 2);
/** PDO: where the data begins, from the PDU's first byte; 0 when it carries none. */
export const pduDataOffset = (view: DataView, at = 0): number => view.getUint8(at + 3);
/** PLEN: length of the whole PDU, digests and padding included. */
export const pduLength = (view: DataView, at = 0): number => view.getUint32(at + 4, true);

/** ICReq, ICResp: PDU format version. */
export const icVersion = (view: DataView, at = 0): number => view.getUint16(at + 8, true);
/** ICReq HPDA, ICResp CPDA: alignment of data in dwords, 0-based. */
export const icDataAlignment = (view: DataView, at = 0): number => view.getUint8(at + 10);
/** ICReq, ICResp: bit 0 header digest, bit 1 data digest. */
export const icDigests = (view: DataView, at = 0): number => view.getUint8(at + 11);
/** ICReq: R2Ts that may be outstanding for one command (0-based in the PDU, a count here). */
export const icReqMaxR2t = (view: DataView, at = 0): number => view.getUint32(at + 12, true) + 1;
/** ICResp: the most data that one H2CData may carry, in bytes. */
export const icRespMaxH2cData = (view: DataView, at = 0): number => view.getUint32(at + 12, true);

/** H2CTermReq, C2HTermReq: fatal error status. */
export const termFatalErrorStatus = (view: DataView, at = 0): number =>
  view.getUint16(at + 8, true);
/** H2CTermReq, C2HTermReq: fatal error information. */
export const termFatalErrorInformation = (view: DataView, at = 0): number =>
  view.getUint32(at + 10, true);

/** Where the SQE begins in a command capsule, and the CQE in a response capsule. */
export const CAPSULE_ENTRY_OFFSET = COMMON_HEADER_BYTES;

/** H2CData, C2HData, R2T: the command that the data belongs to. */
export const dataCid = (view: DataView, at = 0): number => view.getUint16(at + 8, true);
/** H2CData, R2T: the controller's tag for one R2T. */
export const transferTag = (view: DataView, at = 0): number => view.getUint16(at + 10, true);
/** H2CData, C2HData: DATAO; R2T: R2TO. Bytes from the start of the command's data. */
export const transferOffset = (view: DataView, at = 0): number => view.getUint32(at + 12, true);
/** H2CData, C2HData: DATAL; R2T: R2TL. In bytes. */
export const transferLength = (view: DataView, at = 0): number => view.getUint32(at + 16, true);

/** Does this PDU type ever carry data behind its header? */
export function mayCarryData(type: number): boolean {
  return type === PduType.capsuleCmd || type === PduType.h2cData || type === PduType.c2hData;
}
