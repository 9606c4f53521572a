import { readText } from './fabrics.js';

/** Identify, CNS 01h: Identify Controller. */
export const CNS_CONTROLLER = 0x01;

export const IDENTIFY_BYTES = 4096;

/** What Fenceline needs of the Identify Controller data structure (NVMe Base Specification 2.3, 5.1.13.2.1). */
export interface IdentifyController {
  serial: string;
  model: string;
  firmware: string;
  cmic: number;
  cntlid: number;
  version: number;
  /** Optional asynchronous events supported; bit 20: CCR completed, bit 21: lost host communication. */
  oaes: number;
  ctratt: number;
  /** CTRATT bit 6: traffic based keep alive. */
  tbkas: boolean;
  /** Controller instance uniquifier; 0 where CCR is not supported. */
  ciu: number;
  /** Controller instance random number. */
  cirn: bigint;
  /** Keep alive granularity in units of 100 ms; 0: no keep alive. */
  kas: number;
  /** Command quiesce time in ms; 0: nothing promised. */
  cqtMs: number;
  /** Volatile write cache; bit 0: present. */
  vwc: number;
  subsystemNqn: string;
  /** How many CCRs this controller may have in progress. */
  ccrl: number;
  /** Size of an I/O command capsule in units of 16 bytes. */
  ioccsz: number;
}

/**
 * Reads Identify Controller data.
 *
 * @param bytes - the 4,096 bytes as delivered
 */
export function readIdentifyController(bytes: Uint8Array): IdentifyController {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ctratt = view.getUint32(96, true);
  return {
    serial: readText(bytes, 4, 20),
    model: readText(bytes, 24, 40),
    firmware: readText(bytes, 64, 8),
    cmic: view.getUint8(76),
    cntlid: view.getUint16(78, true),
    version: view.getUint32(80, true),
    oaes: view.getUint32(92, true),
    ctratt,
    tbkas: (ctratt & 0x40) !== 0,
    ciu: view.getUint8(135),
    cirn: view.getBigUint64(136, true),
    kas: view.getUint16(320, true),
    cqtMs: view.getUint16(386, true),
    vwc: view.getUint8(525),
    subsystemNqn: readText(bytes, 768, 256),
    ccrl: view.getUint8(1807),
    ioccsz: view.getUint32(1792, true),
  };
}
