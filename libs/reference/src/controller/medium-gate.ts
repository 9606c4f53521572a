import type { Scheduler } from '@fenceline/contracts';
import type { MediumRequest, MediumResult } from '../transport.js';
import type { ControllerDecisions, EndCause } from './decisions.js';
import type { Port } from './port.js';

/**
 * The way of one controller instance to the medium, and the only one: it knows which requests are there, lets none
 * follow once the instance has ended, and tells when the last one has come back. Requests at the medium cannot be
 * aborted, so they are waited for; those that wait in the controller are dropped.
 */
export class MediumGate {
  #submitted = 0;
  #ended: EndCause | null = null;
  /** What waits in the controller, and what takes it off the list of whom it waits for. */
  readonly #waiting = new Map<() => void, () => void>();
  #whenQuiet: (() => void)[] = [];

  constructor(
    private readonly port: Port,
    private readonly scheduler: Scheduler,
    private readonly decisions: ControllerDecisions,
  ) {}

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** True once nothing of the ended instance can touch the medium any more. */
  get isQuiet(): boolean {
    return (
      this.#ended !== null &&
      this.decisions.isQuiet({ submitted: this.#submitted, cause: this.#ended })
    );
  }

  /**
   * Brings a request to the medium; one that changes it may have to wait, by a scenario's will.
   *
   * @param done called with its result, never when it was dropped
   * @param waitNs how long it waits at least
   */
  submit(request: MediumRequest, done: (result: MediumResult) => void, waitNs = 0): void {
    if (!this.#isOpen()) return;
    const { port } = this;
    const changes = request.op !== 'read' && request.op !== 'flush';
    const delayNs = changes ? Math.max(waitNs, port.writeDelayNs) : 0;
    if (delayNs === 0 && !(changes && port.holdsWrites)) {
      this.#toMedium(request, done);
      return;
    }
    const go = () => {
      if (this.#waiting.delete(go) && this.#isOpen()) this.#toMedium(request, done);
    };
    const forget = port.holdsWrites
      ? port.onRelease(go)
      : this.scheduler.at(this.scheduler.now() + delayNs, go);
    this.#waiting.set(go, forget);
  }

  /** Ends the instance: nothing new goes to the medium. */
  end(cause: EndCause): void {
    this.#ended ??= cause;
    if (!this.#isOpen()) this.#dropWaiting();
    this.#tellQuiet();
  }

  /** Calls back once the ended instance is quiet: at once where it is. */
  whenQuiet(callback: () => void): void {
    this.#whenQuiet.push(callback);
    this.#tellQuiet();
  }

  #dropWaiting(): void {
    for (const forget of this.#waiting.values()) forget();
    this.#waiting.clear();
  }

  #isOpen(): boolean {
    return this.#ended === null || this.decisions.maySubmitAfter(this.#ended);
  }

  #toMedium(request: MediumRequest, done: (result: MediumResult) => void): void {
    this.#submitted++;
    this.port.medium.submit(request, (result) => {
      this.#submitted--;
      // The answer stands before what quietness sets off.
      done(result);
      this.#tellQuiet();
    });
  }

  #tellQuiet(): void {
    if (!this.isQuiet) return;
    const callbacks = this.#whenQuiet;
    this.#whenQuiet = [];
    for (const callback of callbacks) callback();
  }
}
