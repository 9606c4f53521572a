import type { Dialer, Log } from '../transport.js';
import type { CcrWait, IoPolicy, Scheduler } from '@fenceline/contracts';
import type { Digests } from '@fenceline/nvme';
import { correctHost, type HostDecisions } from './decisions.js';

/** One way to the subsystem: the name that the dialer knows it by. */
export interface PathSettings {
  name: string;
}

/** What ends the hold of the commands that were in flight when an association was lost. */
export interface FenceSettings {
  /**
   * `immediate`: nothing is held, as Linux does it; `time-based`: TP4129; `ccr`: TP8028, and by time where no
   * Cross-Controller Reset succeeds.
   */
  policy: 'immediate' | 'time-based' | 'ccr';
  /** How long a controller that reports a CQT of 0 is taken to need. Default 10,000. */
  cqtZeroMs?: number;
  /** How long a source may take to answer the CCR command before another is asked. Default 2,000. */
  ccrAnswerMs?: number;
  /** How long one source may need for the whole operation, in terms of the lost controller. Default `kato+cqt`. */
  ccrWait?: CcrWait;
  /** How long after the event of a completed reset the log page is read. Default 0. */
  readLogAfterMs?: number;
}

/** Everything that a reference host needs to know, and the world around it. Times in ms, as the scenario has them. */
export interface HostSettings {
  scheduler: Scheduler;
  log: Log;
  dialer: Dialer;
  hostNqn: string;
  /** 16 bytes. */
  hostId: Uint8Array;
  subsystemNqn: string;
  paths: readonly PathSettings[];
  /** Keep Alive time-out; 0 for none. */
  keepAliveMs: number;
  /** `lost`: none is ever sent, while everything else is. Default `sent`. */
  keepAlives?: 'sent' | 'lost';
  reconnectDelayMs: number;
  /** How long a lost path is tried again before it is removed; null for ever. */
  ctrlLossTimeoutMs: number | null;
  ioTimeoutMs: number;
  /** I/O queues of each association. */
  queues: number;
  ioPolicy: IoPolicy;
  fence: FenceSettings;
  digests?: Digests;
  /** Time-out of admin commands once a path is live. Default 60,000, as Linux. */
  adminTimeoutMs?: number;
  /** Time-out of each step of a connect: a link that comes back must not find the host waiting. Default 5,000. */
  connectTimeoutMs?: number;
  /** Namespace that is used. Default 1. */
  nsid?: number;
  /** What the host decides where it could decide wrongly; for mutants. */
  decisions?: HostDecisions;
}

type CompleteFence = Required<FenceSettings>;

/** The settings with every default filled in. */
export interface CompleteSettings extends Required<Omit<HostSettings, 'fence'>> {
  fence: CompleteFence;
}

export const withDefaults = (settings: HostSettings): CompleteSettings => ({
  keepAlives: 'sent',
  digests: {},
  adminTimeoutMs: 60_000,
  connectTimeoutMs: 5_000,
  nsid: 1,
  decisions: correctHost,
  ...settings,
  fence: {
    cqtZeroMs: 10_000,
    ccrAnswerMs: 2_000,
    ccrWait: 'kato+cqt',
    readLogAfterMs: 0,
    ...settings.fence,
  },
});
