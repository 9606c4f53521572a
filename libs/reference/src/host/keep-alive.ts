import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';

export interface KeepAliveParts {
  scheduler: Scheduler;
  /** Keep Alive time-out; 0: there is none, and nothing is sent. */
  katoMs: number;
  /** Traffic based: any command that was answered shows as much as a Keep Alive. */
  tbkas: boolean;
  /** When the latest of the answered commands had been sent, in ns. */
  lastAnsweredSentAt: () => number;
  /** Sends a Keep Alive that may take so long, and calls back when it was answered. */
  send: (timeoutMs: number, answered: () => void) => void;
}

/**
 * Keeps an association alive (Base Specification, section 3.9): a Keep Alive every KATO / 2, or with TBKAS a look
 * every KATO / 4 whether a command that was sent since the last look has been answered, and a Keep Alive if not.
 */
export class KeepAlive {
  readonly #parts: KeepAliveParts;
  readonly #intervalNs: number;
  #cancel: () => void = () => undefined;
  #isStopped = false;

  constructor(parts: KeepAliveParts) {
    this.#parts = parts;
    this.#intervalNs = (parts.katoMs * NS_PER_MS) / (parts.tbkas ? 4 : 2);
  }

  start(): void {
    if (this.#parts.katoMs === 0 || this.#isStopped) return;
    const { scheduler } = this.#parts;
    this.#cancel = scheduler.at(scheduler.now() + this.#intervalNs, () => this.#due());
  }

  /** For good: an answer that still comes starts nothing. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #due(): void {
    const { scheduler, tbkas, lastAnsweredSentAt, send, katoMs } = this.#parts;
    if (tbkas && lastAnsweredSentAt() > scheduler.now() - this.#intervalNs) this.start();
    else send(katoMs, () => this.start());
  }
}
