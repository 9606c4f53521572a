/**
 * Encoders of NVMe/TCP PDUs and what they carry (NVMe/TCP Transport Specification 1.1, section 3.6): what the
 * reference host and controller say, and what tests are made of. All integers are little-endian.
 */
import { crc32c } from './crc32c.js';
import { setText } from './fixed-text.js';
import { mayCarryData, PduFlag, PduType } from './pdu.js';
import { roomFor } from './room.js';

const noData = new Uint8Array(0);

export interface Digests {
  header?: boolean;
  data?: boolean;
}

interface PduParts {
  type: number;
  headerLength: number;
  flags?: number;
  data?: Uint8Array;
  digests?: Digests | undefined;
  /** Bytes between header and data. */
  padding?: number | undefined;
  fill: (view: DataView, header: Uint8Array) => void;
}

/**
 * What stands before a PDU's data: header, header digest and padding.
 *
 * @param dataLength bytes of data that follow; they are counted in PLEN
 * @param withRoom whether the buffer has room for them, and for their digest
 */
function encodeHead(parts: PduParts, dataLength: number, withRoom: boolean): Uint8Array {
  const { type, headerLength, digests = {}, padding = 0 } = parts;
  const hasDataDigest = digests.data === true && dataLength > 0;
  const headerPart = headerLength + (digests.header ? 4 : 0);
  const dataAt = headerPart + (dataLength > 0 ? padding : 0);
  const length = dataAt + dataLength + (hasDataDigest ? 4 : 0);
  const bytes = roomFor(withRoom ? length : dataAt);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes[0] = type;
  bytes[1] =
    (parts.flags ?? 0) |
    (digests.header ? PduFlag.headerDigest : 0) |
    (hasDataDigest ? PduFlag.dataDigest : 0);
  bytes[2] = headerLength;
  bytes[3] = dataLength > 0 && mayCarryData(type) ? dataAt : 0;
  view.setUint32(4, length, true);
  parts.fill(view, bytes);
  if (digests.header) view.setUint32(headerLength, crc32c(bytes, 0, headerLength), true);
  return bytes;
}

export function encodePdu(parts: PduParts): Uint8Array {
  const { data = noData, digests = {} } = parts;
  const bytes = encodeHead(parts, data.length, true);
  const hasDataDigest = digests.data === true && data.length > 0;
  const end = bytes.length - (hasDataDigest ? 4 : 0);
  bytes.set(data, end - data.length);
  if (hasDataDigest) bytes.set(encodeDigest(crc32c(data)), end);
  return bytes;
}

/** A header or data digest as it is sent. */
export function encodeDigest(crc: number): Uint8Array {
  return Uint8Array.of(crc, crc >>> 8, crc >>> 16, crc >>> 24);
}

/** What ICReq and ICResp agree on: digests asked for or enabled, and more. */
export interface IcOptions extends Digests {
  /** HPDA or CPDA: alignment of the data that the sender wants, in dwords, 0-based. */
  alignment?: number;
  /** PFV: PDU format version. */
  version?: number;
}

function encodeIc(type: number, limit: number, options: IcOptions): Uint8Array {
  const { header, data, alignment = 0, version = 0 } = options;
  return encodePdu({
    type,
    headerLength: 128,
    fill: (view) => {
      view.setUint16(8, version, true);
      view.setUint8(10, alignment);
      view.setUint8(11, (header ? 1 : 0) | (data ? 2 : 0));
      view.setUint32(12, limit, true);
    },
  });
}

/** ICReq; `maxR2t` is how many R2Ts may be outstanding for one command. */
export const encodeIcReq = ({ maxR2t = 1, ...wanted }: IcOptions & { maxR2t?: number } = {}) =>
  encodeIc(PduType.icReq, maxR2t - 1, wanted);

/** ICResp; `maxH2cData` is the most data that one H2CData may carry, in bytes. */
export const encodeIcResp = (maxH2cData = 0x10000, enabled: IcOptions = {}): Uint8Array =>
  encodeIc(PduType.icResp, maxH2cData, enabled);

/** Why a connection is terminated: FES of H2CTermReq and C2HTermReq. */
export const FatalError = {
  invalidHeaderField: 1,
  sequenceError: 2,
  headerDigestError: 3,
  dataOutOfRange: 4,
  dataLimitExceeded: 5,
  unsupportedParameter: 6,
} as const;

/**
 * H2CTermReq or C2HTermReq.
 *
 * @param information FEI: where in the header the fault is, or the digest that came
 * @param badHeader header of the PDU that was wrong
 */
export function encodeTermReq(
  type: typeof PduType.h2cTermReq | typeof PduType.c2hTermReq,
  error: number,
  information: number,
  badHeader: Uint8Array,
): Uint8Array {
  return encodePdu({
    type,
    headerLength: 24,
    data: badHeader,
    fill: (view) => {
      view.setUint16(8, error, true);
      view.setUint32(10, information, true);
    },
  });
}

export interface SqeFields {
  opcode: number;
  cid: number;
  nsid?: number;
  /** Length of the data, for SGL1. */
  dataLength?: number;
  inCapsule?: boolean;
  fabricsType?: number;
  slba?: number;
  blocks?: number;
  fua?: boolean;
  /** CDW10 to CDW15, by number. */
  dwords?: Record<number, number>;
}

/** What the queue that a command is sent on fills in. */
export type SqeQueueFields = Pick<SqeFields, 'cid' | 'dataLength' | 'inCapsule'>;

/** What a command is, whatever queue it is sent on. */
export type SqeCommandFields = Omit<SqeFields, keyof SqeQueueFields>;

export function encodeSqe(fields: SqeFields): Uint8Array {
  const bytes = new Uint8Array(64);
  writeSqe(new DataView(bytes.buffer), 0, fields, fields);
  return bytes;
}

/** Writes an entry into 64 bytes that are zero. */
function writeSqe(
  view: DataView,
  at: number,
  command: SqeCommandFields,
  { cid, dataLength = 0, inCapsule }: SqeQueueFields,
): void {
  const { opcode, nsid = 0, fabricsType, slba, blocks, fua, dwords } = command;
  view.setUint8(at, opcode);
  // PSDT 01b: SGLs, as fabrics commands have them.
  view.setUint8(at + 1, 0x40);
  view.setUint16(at + 2, cid, true);
  if (fabricsType === undefined) view.setUint32(at + 4, nsid, true);
  else view.setUint8(at + 4, fabricsType);
  view.setUint32(at + 32, dataLength, true);
  view.setUint8(at + 39, inCapsule ? 0x01 : 0x5a);
  if (slba !== undefined) {
    view.setUint32(at + 40, slba >>> 0, true);
    view.setUint32(at + 44, Math.floor(slba / 2 ** 32), true);
  }
  if (blocks !== undefined) view.setUint16(at + 48, blocks - 1, true);
  if (fua) view.setUint8(at + 51, 0x40);
  if (dwords === undefined) return;
  for (const [dword, value] of Object.entries(dwords)) {
    view.setUint32(at + Number(dword) * 4, value, true);
  }
}

/**
 * What stands before the data in a command capsule, so that the data itself need not be copied: data and, where
 * digests are on, its digest are to be sent behind it.
 *
 * @param length bytes of data in the capsule
 * @param padding bytes between header and data
 */
export function encodeCommandHead(
  command: SqeCommandFields,
  queue: SqeQueueFields,
  length: number,
  digests: Digests,
  padding: number,
): Uint8Array {
  const fill = (view: DataView): void => writeSqe(view, 8, command, queue);
  const parts = { type: PduType.capsuleCmd, headerLength: 72, digests, padding, fill };
  return encodeHead(parts, length, false);
}

export function encodeCommand(
  sqe: Uint8Array,
  data?: Uint8Array,
  digests?: Digests,
  padding?: number,
): Uint8Array {
  return encodePdu({
    type: PduType.capsuleCmd,
    headerLength: 72,
    ...(data && { data }),
    digests,
    padding,
    fill: (_view, header) => header.set(sqe, 8),
  });
}

export interface CqeFields {
  cid: number;
  /** SCT << 8 | SC. */
  status?: number;
  dword0?: number;
  dword1?: number;
  /** SQHD; 0 where the queue has no flow control. */
  sqHead?: number;
  /** Do Not Retry. */
  doNotRetry?: boolean;
}

export function encodeResponse(fields: CqeFields, digests?: Digests): Uint8Array {
  return encodePdu({
    type: PduType.capsuleResp,
    headerLength: 24,
    digests,
    fill: (view) => {
      view.setUint32(8, fields.dword0 ?? 0, true);
      view.setUint32(12, fields.dword1 ?? 0, true);
      view.setUint16(16, fields.sqHead ?? 0, true);
      view.setUint16(20, fields.cid, true);
      view.setUint16(22, ((fields.status ?? 0) << 1) | (fields.doNotRetry ? 0x8000 : 0), true);
    },
  });
}

export interface DataFields {
  cid: number;
  tag?: number;
  offset: number;
  data: Uint8Array;
  last?: boolean;
  /** C2HData: no response capsule follows. */
  success?: boolean;
  /** Bytes between header and data. */
  padding?: number;
}

function dataParts(
  type: number,
  fields: Omit<DataFields, 'data'>,
  length: number,
  digests: Digests | undefined,
): PduParts {
  return {
    type,
    headerLength: 24,
    flags: (fields.last ? PduFlag.last : 0) | (fields.success ? PduFlag.success : 0),
    digests,
    padding: fields.padding,
    fill: (view) => {
      view.setUint16(8, fields.cid, true);
      view.setUint16(10, fields.tag ?? 0, true);
      view.setUint32(12, fields.offset, true);
      view.setUint32(16, length, true);
    },
  };
}

const encodeData = (type: number, fields: DataFields, digests?: Digests): Uint8Array =>
  encodePdu({ ...dataParts(type, fields, fields.data.length, digests), data: fields.data });

export const encodeH2cData = (fields: DataFields, digests?: Digests): Uint8Array =>
  encodeData(PduType.h2cData, fields, digests);

export const encodeC2hData = (fields: DataFields, digests?: Digests): Uint8Array =>
  encodeData(PduType.c2hData, fields, digests);

/**
 * What stands before the data of a C2HData, so that the data itself need not be copied: data and, where digests are
 * on, its digest are to be sent behind it.
 */
export function encodeC2hDataHead(
  fields: Omit<DataFields, 'data'> & { length: number },
  digests?: Digests,
): Uint8Array {
  const parts = dataParts(PduType.c2hData, fields, fields.length, digests);
  return encodeHead(parts, fields.length, false);
}

export function encodeR2t(
  fields: { cid: number; tag: number; offset: number; length: number },
  digests?: Digests,
): Uint8Array {
  return encodePdu({
    type: PduType.r2t,
    headerLength: 24,
    digests,
    fill: (view) => {
      view.setUint16(8, fields.cid, true);
      view.setUint16(10, fields.tag, true);
      view.setUint32(12, fields.offset, true);
      view.setUint32(16, fields.length, true);
    },
  });
}

export function encodeConnectData(fields: {
  cntlid: number;
  subsystemNqn: string;
  hostNqn: string;
  /** 16 bytes; zeroes where it is left out. */
  hostId?: Uint8Array;
}): Uint8Array {
  const bytes = new Uint8Array(1024);
  if (fields.hostId) bytes.set(fields.hostId);
  new DataView(bytes.buffer).setUint16(16, fields.cntlid, true);
  setText(bytes, 256, fields.subsystemNqn);
  setText(bytes, 512, fields.hostNqn);
  return bytes;
}

export function encodeCcrLog(
  entries: readonly { icid: number; ciu: number; status: number; acid?: number; flags?: number }[],
): Uint8Array {
  const bytes = new Uint8Array(8 + entries.length * 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, entries.length, true);
  entries.forEach(({ icid, ciu, status, acid = 0, flags = 0 }, index) => {
    const at = 8 + index * 8;
    view.setUint16(at, icid, true);
    bytes[at + 2] = ciu;
    view.setUint16(at + 4, acid, true);
    bytes[at + 6] = status;
    bytes[at + 7] = flags;
  });
  return bytes;
}
