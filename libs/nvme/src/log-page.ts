import { CCR_LOG_PAGE } from './cross-controller-reset.js';

/** LID: identifiers of log pages (NVMe Base Specification 2.3, section 5.1.12). */
export const LogPage = {
  supported: 0x00,
  errors: 0x01,
  health: 0x02,
  firmware: 0x03,
  changedNamespaces: 0x04,
  effects: 0x05,
  ana: 0x0c,
  ccr: CCR_LOG_PAGE,
  discovery: 0x70,
} as const;
