import type { CcrSettings } from '@fenceline/contracts';

/** How Cross-Controller Resets are carried out (TP8028): as a scenario says, and for what is gone. */
export interface ResetSettings extends CcrSettings {
  /** Answer IRS=1 for an instance that is gone, all its requests ended; else its name is unknown. */
  rememberGone: boolean;
}

/** What a scenario may choose of a controller; the defaults are those of a correct one. */
export interface ControllerSettings {
  /** CQT in ms: what is reported. Every request below ends as soon as the medium lets it. */
  cqtMs: number;
  /** CCRL: Cross-Controller Resets that a controller may have in progress; 0: it knows none. */
  ccrl: number;
  ccr: ResetSettings;
  /** Traffic based keep alive. */
  tbkas: boolean;
  /** KAS: granularity of keep alive in units of 100 ms. */
  kasUnits: number;
  /** Digests that are agreed to where a host asks for them. */
  digests: { header: boolean; data: boolean };
  /** MAXH2CDATA: the most data of one H2CData, in bytes; at least 4,096. */
  maxH2cData: number;
  /** Data that an I/O command capsule may carry, in bytes; a multiple of 16. */
  inCapsuleBytes: number;
  /** I/O queues of a controller, and the entries of each queue. */
  queues: number;
  queueEntries: number;
  /** Hosts that may connect, by NQN; null: any. */
  allowedHosts: readonly string[] | null;
  /** How long to wait for a peer to say that it began a reset, in ms. */
  relayTimeoutMs: number;
}

/** Settings of which only some are given. */
export type GivenSettings = Partial<Omit<ControllerSettings, 'ccr'>> & {
  ccr?: Partial<ResetSettings>;
};

const defaults: ControllerSettings = {
  cqtMs: 0,
  ccrl: 4,
  ccr: {
    takesMs: 0,
    immediate: true,
    fail: false,
    refuse: null,
    dropEvent: false,
    boundMs: 30_000,
    rememberGone: true,
  },
  tbkas: true,
  kasUnits: 10,
  digests: { header: true, data: true },
  maxH2cData: 0x20000,
  inCapsuleBytes: 8192,
  queues: 16,
  queueEntries: 128,
  allowedHosts: null,
  relayTimeoutMs: 500,
};

/** The settings given, over the defaults. */
export function controllerSettings(given: GivenSettings = {}): ControllerSettings {
  return { ...defaults, ...given, ccr: { ...defaults.ccr, ...given.ccr } };
}
