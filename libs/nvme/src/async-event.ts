/** Asynchronous events: DW0 of the answer to an Asynchronous Event Request (Base Specification 2.3, 5.1.2). */

export const asyncEventType = (dword0: number): number => dword0 & 0x07;
export const asyncEventInformation = (dword0: number): number => (dword0 >>> 8) & 0xff;
export const asyncEventLogPage = (dword0: number): number => (dword0 >>> 16) & 0xff;

const typeNames: Readonly<Record<number, string>> = {
  0: 'error status',
  1: 'SMART / health status',
  2: 'notice',
  3: 'immediate',
  4: 'one-shot',
  6: 'I/O command specific status',
  7: 'vendor specific',
};

const notices: Readonly<Record<number, string>> = {
  0x00: 'namespace attribute changed',
  0x01: 'firmware activation starting',
  0x02: 'telemetry log changed',
  0x03: 'asymmetric namespace access change',
  0xf0: 'discovery log page change',
  0xf4: 'CCR completed',
  0xf5: 'lost host communication',
};

const logPages: Readonly<Record<number, string>> = {
  0x01: 'Error Information',
  0x02: 'SMART / Health Information',
  0x03: 'Firmware Slot Information',
  0x04: 'Changed Attached Namespace List',
  0x05: 'Commands Supported and Effects',
  0x0c: 'Asymmetric Namespace Access',
  0x1e: 'Cross-Controller Reset',
  0x1f: 'Lost Host Communication',
  0x70: 'Discovery',
  0x80: 'Reservation Notification',
};

const hex = (value: number) => `${value.toString(16).toUpperCase().padStart(2, '0')}h`;

/** An event in words: `notice, CCR completed (F4h), log page 1Eh`. */
export function asyncEventText(dword0: number): string {
  const type = asyncEventType(dword0);
  const information = asyncEventInformation(dword0);
  const meaning = type === 2 ? notices[information] : undefined;
  const named = meaning === undefined ? hex(information) : `${meaning} (${hex(information)})`;
  return `${typeNames[type] ?? `type ${type}`}, ${named}, log page ${hex(asyncEventLogPage(dword0))}`;
}

/** ` (NAME)` of a log page, to stand behind its identifier; empty where it has no name here. */
export function logPageName(lid: number): string {
  const name = logPages[lid];
  return name === undefined ? '' : ` (${name})`;
}
