/**
 * Fabrics commands (opcode 7Fh): Connect, and the properties of a controller
 * (NVMe Base Specification, sections 3.1.4 and 6). `at` is where the entry, or the data, begins.
 */

/** NQN at which every host finds the discovery subsystem (NVMe Base Specification 2.3, section 4.7). */
export const DISCOVERY_NQN = 'nqn.2014-08.org.nvmexpress.discovery';

export const fabricsType = (view: DataView, at: number): number => view.getUint8(at + 4);

/** Connect: the queue to be made; 0 is the admin queue. */
export const connectQueueId = (view: DataView, at: number): number => view.getUint16(at + 42, true);
/** Connect: number of the queue's entries (0-based in the entry, a count here). */
export const connectQueueSize = (view: DataView, at: number): number =>
  view.getUint16(at + 44, true) + 1;
/** Connect: Keep Alive time-out in ms; 0 means none. */
export const connectKatoMs = (view: DataView, at: number): number => view.getUint32(at + 48, true);

export const CONNECT_DATA_BYTES = 1024;

/** CNTLID of a Connect that lets the subsystem choose a controller. */
export const ANY_CONTROLLER = 0xffff;

/** The data of a Connect command. */
export interface ConnectData {
  cntlid: number;
  subsystemNqn: string;
  hostNqn: string;
}

/** Reads the data of a Connect command (1,024 bytes). */
export function readConnectData(bytes: Uint8Array): ConnectData {
  return {
    cntlid: bytes[16]! | (bytes[17]! << 8),
    subsystemNqn: readText(bytes, 256, 256),
    hostNqn: readText(bytes, 512, 256),
  };
}

/** Host identifier of the data of a Connect: 16 bytes, copied. */
export const connectHostId = (bytes: Uint8Array): Uint8Array => bytes.slice(0, 16);

/** Connect: format of the command (RECFMT), 0. */
export const connectFormat = (view: DataView, at: number): number => view.getUint16(at + 40, true);
/** Connect: the queue has no flow control: SQHD is not used (CATTR bit 2). */
export const connectWithoutFlowControl = (view: DataView, at: number): boolean =>
  (view.getUint8(at + 46) & 0x04) !== 0;

/** Answer to a Connect: the controller's CNTLID, from DW0. */
export const connectedCntlid = (dword0: number): number => dword0 & 0xffff;

export const Property = {
  capabilities: 0x00,
  version: 0x08,
  configuration: 0x14,
  status: 0x1c,
} as const;

/** Property Get and Set: bytes of the property, 4 or 8 (byte 40, bits 2:0); 0 for a size that does not exist. */
export const propertySize = (view: DataView, at: number): number =>
  [4, 8][view.getUint8(at + 40) & 0x07] ?? 0;
/** Property Get and Set: offset of the property (byte 47:44). */
export const propertyOffset = (view: DataView, at: number): number => view.getUint32(at + 44, true);
/** Property Set: low 32 bits of the value (byte 51:48). */
export const propertyValue = (view: DataView, at: number): number => view.getUint32(at + 48, true);

/** CC.EN: the controller is to be enabled. */
export const ccEnable = (cc: number): boolean => (cc & 1) !== 0;
/** CC.SHN: a shutdown is asked for. */
export const ccShutdown = (cc: number): boolean => ((cc >>> 14) & 3) !== 0;
/** CSTS.RDY: the controller is ready. */
export const cstsReady = (csts: number): boolean => (csts & 1) !== 0;
/** CSTS.CFS: controller fatal status. */
export const cstsFatal = (csts: number): boolean => (csts & 2) !== 0;
/** CSTS.SHST is 10b: shutdown processing is complete. */
export const cstsShutdownComplete = (csts: number): boolean => ((csts >>> 2) & 3) === 2;

/** ASCII text of a fixed-length field, up to its first NUL and without trailing blanks. */
export function readText(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length; i++) {
    const code = bytes[i];
    if (code === undefined || code === 0) break;
    text += String.fromCharCode(code);
  }
  return text.trimEnd();
}
