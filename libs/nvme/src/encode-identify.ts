/** Encoders of Identify data (NVMe Base Specification 2.3, section 5.1.13; NVM Command Set Specification, 4.1.5). */
import { setText } from './fixed-text.js';
import { IDENTIFY_BYTES } from './identify.js';

/** Fields of Identify Controller; what is left out is 0 or blank. */
export interface IdentifyFields {
  serial?: string;
  model?: string;
  firmware?: string;
  cmic?: number;
  /** Most data of a command, as a power of two of 4 KiB pages; 0: no limit. */
  mdts?: number;
  cntlid?: number;
  version?: number;
  oaes?: number;
  tbkas?: boolean;
  /** CNTRLTYPE: 1 I/O, 2 discovery. */
  type?: number;
  /** AERL: Asynchronous Event Requests that may be outstanding (a count here). */
  asyncEventLimit?: number;
  lpa?: number;
  /** ELPE: entries of the error log (a count here). */
  errorLogEntries?: number;
  ciu?: number;
  cirn?: bigint;
  kas?: number;
  ana?: { transitionSeconds: number; capabilities: number; groups: number };
  cqtMs?: number;
  /** Entry sizes as powers of two: SQES and CQES. */
  entrySizes?: { submission: number; completion: number };
  maxCommands?: number;
  namespaces?: number;
  oncs?: number;
  vwc?: number;
  sgls?: number;
  subsystemNqn?: string;
  /** Size of an I/O command capsule and of a response capsule in units of 16 bytes. */
  ioccsz?: number;
  iorcsz?: number;
  /** OFCS bit 0: Disconnect. */
  ofcs?: number;
  ccrl?: number;
}

export function encodeIdentify(fields: IdentifyFields): Uint8Array {
  const bytes = new Uint8Array(IDENTIFY_BYTES);
  const view = new DataView(bytes.buffer);
  setText(bytes, 4, fields.serial ?? 'SERIAL', 20);
  setText(bytes, 24, fields.model ?? '', 40);
  setText(bytes, 64, fields.firmware ?? '', 8);
  bytes[76] = fields.cmic ?? 0;
  bytes[77] = fields.mdts ?? 0;
  view.setUint16(78, fields.cntlid ?? 0, true);
  view.setUint32(80, fields.version ?? 0, true);
  view.setUint32(92, fields.oaes ?? 0, true);
  view.setUint32(96, fields.tbkas ? 0x40 : 0, true);
  bytes[111] = fields.type ?? 0;
  bytes[135] = fields.ciu ?? 0;
  view.setBigUint64(136, fields.cirn ?? 0n, true);
  bytes[259] = (fields.asyncEventLimit ?? 1) - 1;
  bytes[261] = fields.lpa ?? 0;
  bytes[262] = (fields.errorLogEntries ?? 1) - 1;
  view.setUint16(320, fields.kas ?? 0, true);
  bytes[342] = fields.ana?.transitionSeconds ?? 0;
  bytes[343] = fields.ana?.capabilities ?? 0;
  view.setUint32(344, fields.ana?.groups ?? 0, true);
  view.setUint32(348, fields.ana?.groups ?? 0, true);
  view.setUint16(386, fields.cqtMs ?? 0, true);
  // Required and greatest size are the same.
  bytes[512] = (fields.entrySizes?.submission ?? 0) * 0x11;
  bytes[513] = (fields.entrySizes?.completion ?? 0) * 0x11;
  view.setUint16(514, fields.maxCommands ?? 0, true);
  view.setUint32(516, fields.namespaces ?? 0, true);
  view.setUint16(520, fields.oncs ?? 0, true);
  bytes[525] = fields.vwc ?? 0;
  view.setUint32(536, fields.sgls ?? 0, true);
  view.setUint32(540, fields.namespaces ?? 0, true);
  setText(bytes, 768, fields.subsystemNqn ?? '');
  view.setUint32(1792, fields.ioccsz ?? 0, true);
  view.setUint32(1796, fields.iorcsz ?? 0, true);
  view.setUint16(1804, fields.ofcs ?? 0, true);
  bytes[1807] = fields.ccrl ?? 0;
  return bytes;
}

/** What names a namespace, and its shape. */
export interface NamespaceFields {
  blocks: number;
  /** Bytes of a block: a power of two. */
  blockSize: number;
  anaGroup: number;
  nguid?: Uint8Array;
  eui64?: Uint8Array;
  uuid?: Uint8Array;
}

/** Identify Namespace (CNS 00h) of a namespace that several controllers share. */
export function encodeIdentifyNamespace(fields: NamespaceFields): Uint8Array {
  const bytes = new Uint8Array(IDENTIFY_BYTES);
  const view = new DataView(bytes.buffer);
  for (const at of [0, 8, 16]) view.setBigUint64(at, BigInt(fields.blocks), true);
  bytes[30] = 1;
  // DLFEAT: deallocated blocks read as zeroes.
  bytes[33] = 1;
  view.setUint32(92, fields.anaGroup, true);
  if (fields.nguid) bytes.set(fields.nguid, 104);
  if (fields.eui64) bytes.set(fields.eui64, 120);
  bytes[130] = Math.log2(fields.blockSize);
  return bytes;
}

/** I/O Command Set Independent Identify Namespace (CNS 08h) of a namespace that is ready and shared. */
export function encodeIndependentNamespace(fields: { anaGroup: number }): Uint8Array {
  const bytes = new Uint8Array(IDENTIFY_BYTES);
  bytes[1] = 1;
  new DataView(bytes.buffer).setUint32(4, fields.anaGroup, true);
  bytes[14] = 1;
  return bytes;
}

/** Namespace Identification Descriptors (CNS 03h): EUI64, NGUID, UUID and the command set (NVM). */
export function encodeNamespaceDescriptors(fields: NamespaceFields): Uint8Array {
  const bytes = new Uint8Array(IDENTIFY_BYTES);
  let at = 0;
  const add = (type: number, value: Uint8Array | undefined) => {
    if (value === undefined) return;
    bytes[at] = type;
    bytes[at + 1] = value.length;
    bytes.set(value, at + 4);
    at += 4 + value.length;
  };
  add(1, fields.eui64);
  add(2, fields.nguid);
  add(3, fields.uuid);
  add(4, Uint8Array.of(0));
  return bytes;
}

/** A list of namespaces (CNS 02h and 07h; log page 04h): up to 1,024 identifiers, ascending. */
export function encodeNamespaceList(nsids: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(IDENTIFY_BYTES);
  const view = new DataView(bytes.buffer);
  nsids.slice(0, 1024).forEach((nsid, index) => view.setUint32(index * 4, nsid, true));
  return bytes;
}

/** I/O Command Set data (CNS 1Ch): the only combination is the NVM Command Set. */
export function encodeCommandSets(): Uint8Array {
  const bytes = new Uint8Array(IDENTIFY_BYTES);
  bytes[0] = 1;
  return bytes;
}
