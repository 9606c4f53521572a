/** Status codes: SCT << 8 | SC, as `cqeStatus` reads them (NVMe Base Specification, section 4.2.3). */

export const Status = {
  success: 0x000,
  abortRequested: 0x007,
  transientTransportError: 0x022,
  namespaceNotReady: 0x082,
  asymmetricAccessTransition: 0x303,
  asymmetricAccessInaccessible: 0x302,
  asymmetricAccessPersistentLoss: 0x301,
  internalPathError: 0x300,
  hostPathError: 0x370,
  commandAbortedByHost: 0x371,
  ccrInProgress: 0x13f,
  ccrLogPageFull: 0x140,
  ccrLimitExceeded: 0x141,
} as const;

const names: Readonly<Record<number, string>> = {
  0x000: 'Successful Completion',
  0x001: 'Invalid Command Opcode',
  0x002: 'Invalid Field in Command',
  0x003: 'Command ID Conflict',
  0x004: 'Data Transfer Error',
  0x005: 'Commands Aborted due to Power Loss Notification',
  0x006: 'Internal Error',
  0x007: 'Command Abort Requested',
  0x008: 'Command Aborted due to SQ Deletion',
  0x00b: 'Invalid Namespace or Format',
  0x00c: 'Command Sequence Error',
  0x014: 'Atomic Write Unit Exceeded',
  0x015: 'Operation Denied',
  0x018: 'Host Identifier Inconsistent Format',
  0x019: 'Keep Alive Timer Expired',
  0x01a: 'Keep Alive Timeout Invalid',
  0x020: 'Namespace is Write Protected',
  0x021: 'Command Interrupted',
  0x022: 'Transient Transport Error',
  0x080: 'LBA Out of Range',
  0x081: 'Capacity Exceeded',
  0x082: 'Namespace Not Ready',
  0x083: 'Reservation Conflict',
  0x105: 'Asynchronous Event Request Limit Exceeded',
  0x109: 'Invalid Log Page',
  0x10d: 'Feature Identifier Not Saveable',
  0x10e: 'Feature Not Changeable',
  0x13f: 'Controller Reset Already in Progress',
  0x140: 'Cross-Controller Reset Log Page Full',
  0x141: 'Cross-Controller Reset Limit Exceeded',
  0x180: 'Connect Incompatible Format',
  0x181: 'Connect Controller Busy',
  0x182: 'Connect Invalid Parameters',
  0x183: 'Connect Restart Discovery',
  0x184: 'Connect Invalid Host',
  0x191: 'Authentication Required',
  0x280: 'Write Fault',
  0x281: 'Unrecovered Read Error',
  0x285: 'Compare Failure',
  0x286: 'Access Denied',
  0x287: 'Deallocated or Unwritten Logical Block',
  0x300: 'Internal Path Error',
  0x301: 'Asymmetric Access Persistent Loss',
  0x302: 'Asymmetric Access Inaccessible',
  0x303: 'Asymmetric Access Transition',
  0x360: 'Controller Pathing Error',
  0x370: 'Host Pathing Error',
  0x371: 'Command Aborted By Host',
};

/** Name of a status, or its type and code. */
export function statusName(status: number): string {
  const type = (status >>> 8).toString(16).toUpperCase();
  const code = (status & 0xff).toString(16).toUpperCase().padStart(2, '0');
  return names[status] ?? `status type ${type}h, code ${code}h`;
}

/** A status of the path rather than of the command: SCT 3, or a transient transport error. */
export const isPathStatus = (status: number): boolean =>
  status >>> 8 === 3 || status === Status.transientTransportError;
