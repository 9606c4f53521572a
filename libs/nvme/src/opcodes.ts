/** Opcodes and their names (NVMe Base Specification figures "Opcodes for …", NVM Command Set 3). */

export const AdminOpcode = {
  getLogPage: 0x02,
  identify: 0x06,
  abort: 0x08,
  setFeatures: 0x09,
  getFeatures: 0x0a,
  asyncEventRequest: 0x0c,
  keepAlive: 0x18,
  crossControllerReset: 0x38,
  fabrics: 0x7f,
  formatNvm: 0x80,
  sanitize: 0x84,
} as const;

export const IoOpcode = {
  flush: 0x00,
  write: 0x01,
  read: 0x02,
  writeUncorrectable: 0x04,
  compare: 0x05,
  writeZeroes: 0x08,
  datasetManagement: 0x09,
  verify: 0x0c,
  copy: 0x19,
  fabrics: 0x7f,
} as const;

/** Fabrics command types: byte 4 of the entry. */
export const FabricsType = {
  propertySet: 0x00,
  connect: 0x01,
  propertyGet: 0x04,
  authenticationSend: 0x05,
  authenticationReceive: 0x06,
  disconnect: 0x08,
} as const;

const adminNames: Readonly<Record<number, string>> = {
  0x02: 'Get Log Page',
  0x06: 'Identify',
  0x08: 'Abort',
  0x09: 'Set Features',
  0x0a: 'Get Features',
  0x0c: 'Asynchronous Event Request',
  0x0d: 'Namespace Management',
  0x10: 'Firmware Commit',
  0x11: 'Firmware Image Download',
  0x14: 'Device Self-test',
  0x15: 'Namespace Attachment',
  0x18: 'Keep Alive',
  0x19: 'Directive Send',
  0x1a: 'Directive Receive',
  0x38: 'Cross-Controller Reset',
  0x80: 'Format NVM',
  0x81: 'Security Send',
  0x82: 'Security Receive',
  0x84: 'Sanitize',
};

const ioNames: Readonly<Record<number, string>> = {
  0x00: 'Flush',
  0x01: 'Write',
  0x02: 'Read',
  0x04: 'Write Uncorrectable',
  0x05: 'Compare',
  0x08: 'Write Zeroes',
  0x09: 'Dataset Management',
  0x0c: 'Verify',
  0x0d: 'Reservation Register',
  0x0e: 'Reservation Report',
  0x11: 'Reservation Acquire',
  0x15: 'Reservation Release',
  0x19: 'Copy',
};

const fabricsNames: Readonly<Record<number, string>> = {
  0x00: 'Property Set',
  0x01: 'Connect',
  0x04: 'Property Get',
  0x05: 'Authentication Send',
  0x06: 'Authentication Receive',
  0x08: 'Disconnect',
};

const hex = (value: number) => `${value.toString(16).toUpperCase().padStart(2, '0')}h`;

/** Name of an admin command, or its opcode. */
export const adminName = (opcode: number): string =>
  adminNames[opcode] ?? `Admin opcode ${hex(opcode)}`;

/** Name of an I/O command, or its opcode. */
export const ioName = (opcode: number): string => ioNames[opcode] ?? `I/O opcode ${hex(opcode)}`;

/** Name of a fabrics command, or its type. */
export const fabricsName = (fabricsType: number): string =>
  fabricsNames[fabricsType] ?? `Fabrics type ${hex(fabricsType)}`;

/** Does the command's data go from host to controller? Bits 1:0 of an opcode, or of a fabrics type, say so. */
export const sendsData = (opcodeOrFabricsType: number): boolean =>
  (opcodeOrFabricsType & 0x03) === 0x01;
