import { NS_PER_MS } from '@fenceline/contracts';
import type { Completion } from './command.js';
import { HandshakeError } from './handshake-error.js';
import type { Handshake, HandshakeStep } from './handshake.js';
import type { CompleteSettings } from './settings.js';
import { TcpQueue } from './tcp-queue.js';

export interface ConnectorUser<T> {
  /** The handshake has come to its end. */
  connected(found: T): void;
  /** A queue failed, before or after that, or the controller refused something. It may be said again. */
  lost(reason: string, qid: number): void;
}

/** Runs a handshake over a path: opens its queues and sends its commands. The queues stay when it has ended. */
export class Connector<T> {
  /** By queue identifier: the admin queue is the first. */
  readonly #queues: TcpQueue[] = [];
  /** All others, in the order of their identifiers. */
  readonly ioQueues: TcpQueue[] = [];
  readonly #settings: CompleteSettings;
  readonly #path: string;
  readonly #handshake: Handshake<T>;
  readonly #user: ConnectorUser<T>;
  #isRunning = true;
  #cancelWait: () => void = () => undefined;

  constructor(
    settings: CompleteSettings,
    path: string,
    handshake: Handshake<T>,
    user: ConnectorUser<T>,
  ) {
    this.#settings = settings;
    this.#path = path;
    this.#handshake = handshake;
    this.#user = user;
    this.#goOn(undefined);
  }

  get adminQueue(): TcpQueue {
    return this.#queues[0]!;
  }

  /** Aborts every connection. */
  abort(): void {
    this.#stop();
    for (const queue of this.#queues) queue.abort();
  }

  /** Ends every connection behind what was sent. */
  end(): void {
    this.#stop();
    for (const queue of this.#queues) queue.end();
  }

  #stop(): void {
    this.#isRunning = false;
    this.#cancelWait();
  }

  #goOn(answer: Completion | undefined): void {
    if (!this.#isRunning) return;
    let step: IteratorResult<HandshakeStep, T>;
    try {
      step = this.#handshake.next(answer);
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      this.#stop();
      this.#user.lost(error.message, 0);
      return;
    }
    if (step.done) this.#user.connected(step.value);
    else this.#take(step.value);
  }

  #take(step: HandshakeStep): void {
    const { scheduler, connectTimeoutMs } = this.#settings;
    switch (step.do) {
      case 'open':
        this.#open(step);
        break;
      case 'command':
        this.#queues[step.qid]!.submit(step.command, connectTimeoutMs, (completion) => {
          if (completion !== null) this.#goOn(completion);
        });
        break;
      case 'wait':
        this.#cancelWait = scheduler.at(scheduler.now() + step.ms * NS_PER_MS, () =>
          this.#goOn(undefined),
        );
    }
  }

  #open({ qid, entries, capsuleDataBytes }: HandshakeStep & { do: 'open' }): void {
    const { scheduler, dialer, digests, connectTimeoutMs: openTimeoutMs } = this.#settings;
    const lost = (reason: string) => {
      this.#stop();
      this.#user.lost(reason, qid);
    };
    const queue = new TcpQueue(
      { qid, entries, scheduler, dialer, path: this.#path, digests, openTimeoutMs, lost },
      () => this.#goOn(undefined),
    );
    if (capsuleDataBytes !== null) queue.allowInCapsule(capsuleDataBytes);
    this.#queues.push(queue);
    if (qid > 0) this.ioQueues.push(queue);
  }
}
