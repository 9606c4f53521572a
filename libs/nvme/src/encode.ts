/**
 * Encoders of NVMe/TCP PDUs and what they carry (NVMe/TCP Transport Specification 1.1, section 3.6): what the
 * reference host and controller say, and what tests are made of. All integers are little-endian.
 */
import { crc32c } from './crc32c.js';
import { PduFlag, PduType } from './pdu.js';

export interface Digests {
  header?: boolean;
  data?: boolean;
}

interface PduParts {
  type: number;
  headerLength: number;
  flags?: number;
  data?: Uint8Array;
  digests?: Digests;
  /** Bytes between header and data. */
  padding?: number;
  fill: (view: DataView, header: Uint8Array) => void;
}

export function encodePdu(parts: PduParts): Uint8Array {
  const { type, headerLength, data = new Uint8Array(0), digests = {}, padding = 0 } = parts;
  const hasDataDigest = digests.data === true && data.length > 0;
  const headerPart = headerLength + (digests.header ? 4 : 0);
  const dataAt = headerPart + (data.length > 0 ? padding : 0);
  const length = dataAt + data.length + (hasDataDigest ? 4 : 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes[0] = type;
  bytes[1] =
    (parts.flags ?? 0) |
    (digests.header ? PduFlag.headerDigest : 0) |
    (hasDataDigest ? PduFlag.dataDigest : 0);
  bytes[2] = headerLength;
  bytes[3] = data.length > 0 ? dataAt : 0;
  view.setUint32(4, length, true);
  parts.fill(view, bytes);
  if (digests.header) view.setUint32(headerLength, crc32c(bytes, 0, headerLength), true);
  bytes.set(data, dataAt);
  if (hasDataDigest) view.setUint32(length - 4, crc32c(data), true);
  return bytes;
}

/** ICReq: PDU format version 0, no alignment asked for, one R2T at a time. */
export const encodeIcReq = (wanted: Digests = {}): Uint8Array =>
  encodePdu({
    type: PduType.icReq,
    headerLength: 128,
    fill: (view) => view.setUint8(11, (wanted.header ? 1 : 0) | (wanted.data ? 2 : 0)),
  });

export const encodeIcResp = (maxH2cData = 0x10000): Uint8Array =>
  encodePdu({
    type: PduType.icResp,
    headerLength: 128,
    fill: (view) => view.setUint32(12, maxH2cData, true),
  });

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

export function encodeSqe(fields: SqeFields): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes[0] = fields.opcode;
  // PSDT 01b: SGLs, as fabrics commands have them.
  bytes[1] = 0x40;
  view.setUint16(2, fields.cid, true);
  if (fields.fabricsType === undefined) view.setUint32(4, fields.nsid ?? 0, true);
  else bytes[4] = fields.fabricsType;
  view.setUint32(32, fields.dataLength ?? 0, true);
  bytes[39] = fields.inCapsule ? 0x01 : 0x5a;
  if (fields.slba !== undefined) view.setBigUint64(40, BigInt(fields.slba), true);
  if (fields.blocks !== undefined) view.setUint16(48, fields.blocks - 1, true);
  if (fields.fua) bytes[51]! |= 0x40;
  for (const [dword, value] of Object.entries(fields.dwords ?? {})) {
    view.setUint32(Number(dword) * 4, value, true);
  }
  return bytes;
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
    ...(digests && { digests }),
    ...(padding !== undefined && { padding }),
    fill: (_view, header) => header.set(sqe, 8),
  });
}

export interface CqeFields {
  cid: number;
  /** SCT << 8 | SC. */
  status?: number;
  dword0?: number;
  dword1?: number;
}

export function encodeResponse(fields: CqeFields, digests?: Digests): Uint8Array {
  return encodePdu({
    type: PduType.capsuleResp,
    headerLength: 24,
    ...(digests && { digests }),
    fill: (view) => {
      view.setUint32(8, fields.dword0 ?? 0, true);
      view.setUint32(12, fields.dword1 ?? 0, true);
      view.setUint16(20, fields.cid, true);
      view.setUint16(22, (fields.status ?? 0) << 1, true);
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

function encodeData(type: number, fields: DataFields, digests?: Digests): Uint8Array {
  return encodePdu({
    type,
    headerLength: 24,
    flags: (fields.last ? PduFlag.last : 0) | (fields.success ? PduFlag.success : 0),
    data: fields.data,
    ...(digests && { digests }),
    ...(fields.padding !== undefined && { padding: fields.padding }),
    fill: (view) => {
      view.setUint16(8, fields.cid, true);
      view.setUint16(10, fields.tag ?? 0, true);
      view.setUint32(12, fields.offset, true);
      view.setUint32(16, fields.data.length, true);
    },
  });
}

export const encodeH2cData = (fields: DataFields, digests?: Digests): Uint8Array =>
  encodeData(PduType.h2cData, fields, digests);

export const encodeC2hData = (fields: DataFields, digests?: Digests): Uint8Array =>
  encodeData(PduType.c2hData, fields, digests);

export function encodeR2t(fields: {
  cid: number;
  tag: number;
  offset: number;
  length: number;
}): Uint8Array {
  return encodePdu({
    type: PduType.r2t,
    headerLength: 24,
    fill: (view) => {
      view.setUint16(8, fields.cid, true);
      view.setUint16(10, fields.tag, true);
      view.setUint32(12, fields.offset, true);
      view.setUint32(16, fields.length, true);
    },
  });
}

function setText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

export function encodeConnectData(fields: {
  cntlid: number;
  subsystemNqn: string;
  hostNqn: string;
  /** 16 bytes; zeroes where it is left out. */
  hostId?: Uint8Array;
}): Uint8Array {
  const bytes = new Uint8Array(1024);
  if (fields.hostId) bytes.set(fields.hostId, 0);
  new DataView(bytes.buffer).setUint16(16, fields.cntlid, true);
  setText(bytes, 256, fields.subsystemNqn);
  setText(bytes, 512, fields.hostNqn);
  return bytes;
}

export interface IdentifyFields {
  cntlid?: number;
  tbkas?: boolean;
  kas?: number;
  cqtMs?: number;
  ciu?: number;
  cirn?: bigint;
  ccrl?: number;
}

export function encodeIdentify(fields: IdentifyFields): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  setText(bytes, 4, 'SERIAL');
  view.setUint16(78, fields.cntlid ?? 0, true);
  view.setUint32(96, fields.tbkas ? 0x40 : 0, true);
  bytes[135] = fields.ciu ?? 0;
  view.setBigUint64(136, fields.cirn ?? 0n, true);
  view.setUint16(320, fields.kas ?? 0, true);
  view.setUint16(386, fields.cqtMs ?? 0, true);
  bytes[1807] = fields.ccrl ?? 0;
  return bytes;
}

export function encodeCcrLog(
  entries: readonly { icid: number; ciu: number; status: number }[],
): Uint8Array {
  const bytes = new Uint8Array(8 + entries.length * 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, entries.length, true);
  entries.forEach(({ icid, ciu, status }, index) => {
    const at = 8 + index * 8;
    view.setUint16(at, icid, true);
    bytes[at + 2] = ciu;
    bytes[at + 6] = status;
  });
  return bytes;
}
