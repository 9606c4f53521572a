import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import type { DiscoveryEntry } from '@fenceline/nvme';
import type { Log, Random } from '../transport.js';
import type { Controller } from './controller.js';
import type { ControllerDecisions, Instance } from './decisions.js';
import type { Relay } from './relay.js';
import type { ControllerSettings } from './settings.js';

/** The namespace of the array: one medium that all nodes share. */
export interface NamespaceOptions {
  nsid: number;
  /** Written with or without hyphens. */
  uuid: string;
  /** 32 hexadecimal digits. */
  nguid?: string;
  anaGroup?: number;
}

/** Gone instances that are remembered; a host asks within seconds. */
const MAX_GONE = 64;

export interface SubsystemOptions {
  nqn: string;
  kind: 'nvm' | 'discovery';
  serial: string;
  cntlidMin: number;
  cntlidMax: number;
  namespace: NamespaceOptions;
  settings: ControllerSettings;
  decisions: ControllerDecisions;
  scheduler: Scheduler;
  random: Random;
  log: Log;
  /** Ports of the whole array, for the discovery log page. */
  discoveryEntries: () => { generation: number; entries: readonly DiscoveryEntry[] };
  /** The other nodes of the array. */
  relay: Relay;
}

/** The part of an NVM subsystem, or of the discovery subsystem, that one node has: its controllers by CNTLID. */
export class Subsystem {
  readonly controllers = new Map<number, Controller>();
  /** Instances whose association has ended, the latest last. */
  readonly #gone: Instance[] = [];
  readonly #lastRandomNumbers = new Map<number, bigint>();
  #lastCiu = 0;

  constructor(readonly options: SubsystemOptions) {}

  get isDiscovery(): boolean {
    return this.options.kind === 'discovery';
  }

  /** The lowest CNTLID that no controller has; undefined where all are in use. */
  freeCntlid(): number | undefined {
    const { cntlidMin, cntlidMax } = this.options;
    for (let cntlid = cntlidMin; cntlid <= cntlidMax; cntlid++) {
      if (!this.controllers.has(cntlid)) return cntlid;
    }
    return undefined;
  }

  /**
   * CIU and CIRN of an instance that begins. The CIU counts through the subsystem, so that two instances that follow
   * each other never share it.
   */
  newInstance(cntlid: number): { ciu: number; cirn: bigint } {
    const { random, decisions } = this.options;
    this.#lastCiu = (this.#lastCiu % 255) + 1;
    const fresh = (BigInt(random()) << 32n) | BigInt(random());
    const cirn = decisions.randomNumber(fresh, this.#lastRandomNumbers.get(cntlid));
    this.#lastRandomNumbers.set(cntlid, cirn);
    return { ciu: this.#lastCiu, cirn };
  }

  /** An instance has ended: it is known as gone from now on. */
  remember(instance: Instance): void {
    this.#gone.push(instance);
    if (this.#gone.length > MAX_GONE) this.#gone.shift();
  }

  isKnownAsGone(named: Instance): boolean {
    const { decisions, settings } = this.options;
    if (!settings.ccr.rememberGone) return false;
    return this.#gone.some((instance) => decisions.isMeant(named, instance));
  }

  /** Calls back after so many ms. */
  after(ms: number, callback: () => void): () => void {
    const { scheduler } = this.options;
    return scheduler.at(scheduler.now() + ms * NS_PER_MS, callback);
  }
}
