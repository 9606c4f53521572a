import type { AnaState } from '@fenceline/contracts';
import { anaStateCodes, LogPage } from '@fenceline/nvme';
import { getLogPage, type HostCommand } from './command.js';

const HEADER_BYTES = 16;
const GROUP_BYTES = 32;
const MAX_GROUPS = 128;
/** Return Groups Only: no lists of namespaces. */
const GROUPS_ONLY = 1;

export const readAnaLogPage = (): HostCommand =>
  getLogPage(LogPage.ana, HEADER_BYTES + MAX_GROUPS * GROUP_BYTES, GROUPS_ONLY);

/**
 * Asymmetric Namespace Access (Base Specification, section 2.4.1): state of a group in the log page, with or without lists of namespaces; a group that is not
 * in it is in `change`.
 */
export function anaStateOf(page: Uint8Array, group: number): AnaState {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const groups = view.getUint16(8, true);
  let at = HEADER_BYTES;
  for (let i = 0; i < groups && at + GROUP_BYTES <= page.length; i++) {
    if (view.getUint32(at, true) === group) return stateOfCode(view.getUint8(at + 16) & 0x0f);
    at += GROUP_BYTES + view.getUint32(at + 4, true) * 4;
  }
  return 'change';
}

function stateOfCode(code: number): AnaState {
  const states = Object.keys(anaStateCodes) as AnaState[];
  return states.find((state) => anaStateCodes[state] === code) ?? 'change';
}

/** Whether I/O can be sent over a path in this state. */
export const isAccessible = (state: AnaState): boolean =>
  state === 'optimized' || state === 'non-optimized';
