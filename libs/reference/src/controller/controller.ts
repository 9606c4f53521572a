import { ccEnable, ccShutdown, cstsReady, type ErrorEntry } from '@fenceline/nvme';
import { AsyncEvents } from './async-events.js';
import { CcrLog, type Reset } from './ccr-log.js';
import type { EndCause, Instance } from './decisions.js';
import { KeepAlive } from './keep-alive.js';
import { MediumGate } from './medium-gate.js';
import type { Port } from './port.js';
import type { Queue } from './queue.js';
import type { Subsystem } from './subsystem.js';

/** Entries of the error log (ELPE). */
export const ERROR_LOG_ENTRIES = 16;

/** How long a controller that was disabled is kept for its host (NVMe Base Specification 2.3, section 3.3.2.2). */
const DISABLED_ASSOCIATION_MS = 120_000;

const CSTS_READY = 1;
const CSTS_FATAL = 2;
const CSTS_SHUTTING_DOWN = 1 << 2;
const CSTS_SHUTDOWN_COMPLETE = 2 << 2;

/** Entry sizes that CC must name: 64 and 16 bytes, as powers of two. */
const IOSQES = 6;
const IOCQES = 4;

/**
 * A dynamic controller, from its admin Connect to the end of its association. An instance of it lives from one enable
 * to the next and has its own gate to the medium.
 */
export class Controller {
  readonly events = new AsyncEvents();
  readonly ccrLog = new CcrLog();
  readonly keepAlive: KeepAlive;
  readonly errors: ErrorEntry[] = [];
  /** I/O queues by QID. */
  readonly io = new Map<number, Queue>();
  gate: MediumGate;
  ciu = 0;
  cirn = 0n;
  configuration = 0;
  /** CSTS. */
  status = 0;
  /** I/O queues that the host may make, once it has asked. */
  queues: number;
  /** The Cross-Controller Reset that ends this instance. */
  resetBy: Reset | null = null;
  #errorCount = 0;
  #ended = false;
  #whenGone: (() => void)[] = [];
  #cancelRemoval: (() => void) | null = null;

  constructor(
    readonly subsystem: Subsystem,
    readonly port: Port,
    readonly cntlid: number,
    readonly hostNqn: string,
    readonly hostId: Uint8Array,
    readonly admin: Queue,
  ) {
    const { scheduler, decisions, settings } = subsystem.options;
    this.queues = settings.queues;
    this.gate = new MediumGate(port, scheduler, decisions);
    this.keepAlive = new KeepAlive(scheduler, decisions, settings, () => this.#expired());
  }

  get instance(): Instance {
    const { cntlid, ciu, cirn, hostNqn } = this;
    return { cntlid, ciu, cirn, hostNqn };
  }

  /** Ready, and neither being disabled nor shut down: takes I/O queues and their commands. */
  get isReady(): boolean {
    const isStopping = this.gate.hasEnded && !this.#ended;
    return this.status === CSTS_READY && !isStopping;
  }

  /** Enabled and ready: takes admin commands, while it shuts down too. */
  get takesAdminCommands(): boolean {
    return ccEnable(this.configuration) && cstsReady(this.status);
  }

  /** True once the association has ended; its requests may still be at the medium. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  log(line: string): void {
    this.subsystem.options.log(`ctrl ${this.cntlid} ${line}`);
  }

  /** Property Set of CC. */
  configure(value: number): void {
    const before = this.configuration;
    this.configuration = value;
    if (ccEnable(value) && !ccEnable(before)) this.#enable();
    if (!ccEnable(value) && ccEnable(before)) this.#disable();
    if (ccShutdown(value) && !ccShutdown(before)) this.#shutDown();
  }

  /** Notes a command that failed, for log page 01h. */
  failed(entry: Omit<ErrorEntry, 'count'>): void {
    this.errors.unshift({ ...entry, count: ++this.#errorCount });
    this.errors.length = Math.min(this.errors.length, ERROR_LOG_ENTRIES);
  }

  /** An I/O queue was deleted, or its connection lost. */
  queueClosed(queue: Queue): void {
    if (queue === this.admin) this.end('connection-lost');
    else if (this.io.get(queue.id) === queue) this.io.delete(queue.id);
  }

  /**
   * Ends the association: no command of it is taken, and no request of it goes to the medium any more. The controller
   * is gone when those that are there have come back.
   */
  end(cause: EndCause): void {
    if (this.#ended) return;
    this.#ended = true;
    this.keepAlive.stop();
    this.#cancelRemoval?.();
    this.log(`association ended: ${cause}`);
    this.gate.end(cause);
    const { decisions } = this.subsystem.options;
    if (decisions.closesConnections(cause)) {
      this.status |= CSTS_FATAL;
      this.events.clear();
      for (const queue of [...this.io.values(), this.admin]) queue.abort();
    }
    const { instance } = this;
    const quiet = this.gate.isQuiet;
    if (!quiet && decisions.isGone({ quiet })) this.#remember(instance);
    this.gate.whenQuiet(() => this.#gone(instance));
  }

  /** Calls back when the controller is gone: at once where it is. */
  whenGone(callback: () => void): void {
    if (this.#ended && this.gate.isQuiet) callback();
    else this.#whenGone.push(callback);
  }

  #gone(instance: Instance): void {
    this.#remember(instance);
    this.ccrLog.drop();
    this.subsystem.controllers.delete(this.cntlid);
    const callbacks = this.#whenGone;
    this.#whenGone = [];
    for (const callback of callbacks) callback();
  }

  #remember(instance: Instance): void {
    if (instance.ciu !== 0) this.subsystem.remember(instance);
  }

  #expired(): void {
    this.log(`keep-alive timer (${this.keepAlive.katoMs / 1000} seconds) expired!`);
    this.end('keep-alive-expired');
  }

  #enable(): void {
    // A host that does not wait for RDY to fall has to wait for it to rise.
    if (this.gate.hasEnded) this.gate.whenQuiet(() => this.#start());
    else this.#start();
  }

  #start(): void {
    if (this.#ended || !ccEnable(this.configuration)) return;
    this.#cancelRemoval?.();
    this.#cancelRemoval = null;
    if (!isValid(this.configuration)) {
      this.status = CSTS_FATAL;
      return;
    }
    const { scheduler, decisions } = this.subsystem.options;
    this.gate = new MediumGate(this.port, scheduler, decisions);
    if (!this.subsystem.isDiscovery) Object.assign(this, this.subsystem.newInstance(this.cntlid));
    this.ccrLog.removeCompleted();
    // A reset that is not carried out yet is one of the instance before.
    this.resetBy = null;
    this.status = CSTS_READY;
  }

  /** Controller Level Reset: RDY falls once nothing of the instance can touch the medium any more. */
  #disable(): void {
    const { gate, instance } = this;
    this.events.clear();
    gate.end('disabled');
    this.#closeIo();
    gate.whenQuiet(() => {
      if (this.gate !== gate || this.#ended) return;
      this.status = 0;
      this.#remember(instance);
      this.#cancelRemoval?.();
      this.#cancelRemoval = this.subsystem.after(DISABLED_ASSOCIATION_MS, () =>
        this.end('disabled'),
      );
    });
  }

  #shutDown(): void {
    const { gate } = this;
    this.status |= CSTS_SHUTTING_DOWN;
    gate.end('shut-down');
    gate.whenQuiet(() => {
      if (this.gate === gate)
        this.status = (this.status & ~CSTS_SHUTTING_DOWN) | CSTS_SHUTDOWN_COMPLETE;
    });
  }

  #closeIo(): void {
    for (const queue of [...this.io.values()]) queue.end();
  }
}

/** CC as this controller can be enabled with: NVM or all command sets, 4 KiB pages, entries of 64 and 16 bytes. */
function isValid(cc: number): boolean {
  const css = (cc >>> 4) & 7;
  const mps = (cc >>> 7) & 15;
  const iosqes = (cc >>> 16) & 15;
  const iocqes = (cc >>> 20) & 15;
  return (css === 0 || css === 6) && mps === 0 && iosqes === IOSQES && iocqes === IOCQES;
}
