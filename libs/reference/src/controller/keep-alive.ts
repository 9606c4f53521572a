import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import { roundKato } from '@fenceline/nvme';
import type { ControllerDecisions } from './decisions.js';

/**
 * The Keep Alive Timer of an association (NVMe Base Specification 2.3, section 3.9). By traffic (TBKAS) it expires at
 * the end of an interval of KATO in which no command came, so one to two KATO after the last one; otherwise one KATO
 * after the last Keep Alive.
 */
export class KeepAlive {
  #katoMs = 0;
  #sawTraffic = false;
  #restartedAt = 0;
  #cancel: (() => void) | null = null;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly decisions: ControllerDecisions,
    private readonly settings: { tbkas: boolean; kasUnits: number },
    private readonly expired: () => void,
  ) {}

  /** KATO in ms, as it counts; 0: the timer is off. */
  get katoMs(): number {
    return this.#katoMs;
  }

  /** Starts the timer anew with a time-out that is rounded up to its granularity. */
  start(katoMs: number): void {
    this.stop();
    this.#katoMs = roundKato(katoMs, this.settings.kasUnits);
    this.#sawTraffic = false;
    this.#restartedAt = this.scheduler.now();
    if (this.#katoMs > 0) this.#arm(this.#restartedAt);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** A command came. */
  command(): void {
    if (this.settings.tbkas) this.#sawTraffic = true;
  }

  /** A Keep Alive came. */
  keepAlive(): void {
    this.#sawTraffic = true;
    this.#restartedAt = this.scheduler.now();
  }

  #arm(from: number): void {
    this.#cancel = this.scheduler.at(from + this.#katoMs * NS_PER_MS, () => this.#passed());
  }

  #passed(): void {
    this.#cancel = null;
    const sawTraffic = this.#sawTraffic;
    this.#sawTraffic = false;
    if (this.decisions.hasExpired(sawTraffic)) this.expired();
    else this.#arm(this.settings.tbkas || !sawTraffic ? this.scheduler.now() : this.#restartedAt);
  }
}
