/** Encoders of log pages (NVMe Base Specification 2.3, section 5.1.12). That of Cross-Controller Resets is in encode.ts. */
import { setText } from './fixed-text.js';

/** Asymmetric namespace access states, as log page 0Ch has them. */
export const anaStateCodes = {
  optimized: 1,
  'non-optimized': 2,
  inaccessible: 3,
  'persistent-loss': 4,
  change: 15,
} as const;

/** A group of log page 0Ch. */
export interface AnaGroup {
  id: number;
  state: number;
  changeCount: number;
  nsids: readonly number[];
}

/**
 * Asymmetric Namespace Access (LID 0Ch).
 *
 * @param groupsOnly RGO: without the namespaces of the groups
 */
export function encodeAnaLog(
  changeCount: number,
  groups: readonly AnaGroup[],
  groupsOnly = false,
): Uint8Array {
  const nsidsOf = (group: AnaGroup) => (groupsOnly ? [] : group.nsids);
  const length = groups.reduce((sum, group) => sum + 32 + 4 * nsidsOf(group).length, 16);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(changeCount), true);
  view.setUint16(8, groups.length, true);
  let at = 16;
  for (const group of groups) {
    view.setUint32(at, group.id, true);
    view.setUint32(at + 4, nsidsOf(group).length, true);
    view.setBigUint64(at + 8, BigInt(group.changeCount), true);
    bytes[at + 16] = group.state;
    at += 32;
    for (const nsid of nsidsOf(group)) {
      view.setUint32(at, nsid, true);
      at += 4;
    }
  }
  return bytes;
}

/** A port through which a subsystem can be reached: an entry of log page 70h, over TCP. */
export interface DiscoveryEntry {
  /** SUBTYPE: 2 an NVM subsystem, 3 the discovery subsystem that is asked. */
  subtype: 2 | 3;
  portId: number;
  subsystemNqn: string;
  /** An IPv4 or IPv6 address. */
  address: string;
  trsvcid: string;
}

const DISCOVERY_ENTRY_BYTES = 1024;

/** Discovery (LID 70h). */
export function encodeDiscoveryLog(
  generation: number,
  entries: readonly DiscoveryEntry[],
): Uint8Array {
  const bytes = new Uint8Array(DISCOVERY_ENTRY_BYTES * (1 + entries.length));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(generation), true);
  view.setBigUint64(8, BigInt(entries.length), true);
  entries.forEach((entry, index) => {
    const at = DISCOVERY_ENTRY_BYTES * (1 + index);
    bytes[at] = 3;
    bytes[at + 1] = entry.address.includes(':') ? 2 : 1;
    bytes[at + 2] = entry.subtype;
    view.setUint16(at + 4, entry.portId, true);
    view.setUint16(at + 6, 0xffff, true);
    view.setUint16(at + 8, 32, true);
    setText(bytes, at + 32, entry.trsvcid, 32);
    setText(bytes, at + 256, entry.subsystemNqn);
    setText(bytes, at + 512, entry.address, 256);
  });
  return bytes;
}

/** A command that ended with an error: an entry of log page 01h. */
export interface ErrorEntry {
  count: number;
  queueId: number;
  cid: number;
  /** SCT << 8 | SC. */
  status: number;
  nsid: number;
}

/** Error Information (LID 01h), the latest first. */
export function encodeErrorLog(entries: readonly ErrorEntry[], slots: number): Uint8Array {
  const bytes = new Uint8Array(64 * slots);
  const view = new DataView(bytes.buffer);
  entries.forEach((entry, index) => {
    const at = index * 64;
    view.setBigUint64(at, BigInt(entry.count), true);
    view.setUint16(at + 8, entry.queueId, true);
    view.setUint16(at + 10, entry.cid, true);
    view.setUint16(at + 12, entry.status << 1, true);
    view.setUint32(at + 24, entry.nsid, true);
  });
  return bytes;
}

/** What a medium has done since it started. */
export interface HealthFields {
  bytesRead: number;
  bytesWritten: number;
  reads: number;
  writes: number;
  errors: number;
}

/** SMART / Health Information (LID 02h) of a healthy medium at 27 degrees Celsius. */
export function encodeHealthLog(fields: HealthFields): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  const set = (at: number, value: number) => view.setBigUint64(at, BigInt(Math.ceil(value)), true);
  view.setUint16(1, 300, true);
  bytes[3] = 100;
  // Data units are 1,000 × 512 bytes.
  set(32, fields.bytesRead / 512_000);
  set(48, fields.bytesWritten / 512_000);
  set(64, fields.reads);
  set(80, fields.writes);
  set(176, fields.errors);
  return bytes;
}

/** A command of log page 05h; `changesMedium`: logical block content may change. */
export interface CommandEffect {
  opcode: number;
  changesMedium?: boolean;
}

/** Commands Supported and Effects (LID 05h). */
export function encodeEffectsLog(
  admin: readonly CommandEffect[],
  io: readonly CommandEffect[],
): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  const add = (base: number, effects: readonly CommandEffect[]) => {
    for (const { opcode, changesMedium } of effects) {
      view.setUint32(base + opcode * 4, changesMedium ? 3 : 1, true);
    }
  };
  add(0, admin);
  add(1024, io);
  return bytes;
}

/** Supported Log Pages (LID 00h). */
export function encodeSupportedLogPages(lids: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(1024);
  for (const lid of lids) bytes[lid * 4] = 1;
  return bytes;
}
