import type { Socket } from 'node:net';

export interface PeerHandlers {
  chunk(bytes: Buffer): void;
  /** The unit for which `send` returned `waits` was handed over, or was not as the peer is gone. */
  sent(handedOver: boolean): void;
  /** The peer closed its end or died. */
  gone(): void;
}

/** What became of a unit: handed to the kernel, not taken by it yet, or nobody is there to take it. */
export type SendResult = 'handed-over' | 'waits' | 'gone';

/** The QEMU that is connected to a port. */
export class Peer {
  readonly #socket: Socket;
  readonly #handlers: PeerHandlers;
  /** Writes whose callback has not come: Node calls back later even for a write that is done. */
  #callbacks = 0;
  #waits = false;

  constructor(socket: Socket, handlers: PeerHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.on('data', (bytes: Buffer) => handlers.chunk(bytes));
    // EPIPE, ECONNRESET: the peer died. Its 'close' follows and says all that there is to say.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#settle(false);
      handlers.gone();
    });
  }

  /**
   * Writes one unit. After `waits` no other unit may be sent before `PeerHandlers.sent`: with one unit
   * at a time, it is known when each was handed over.
   */
  send(bytes: Buffer): SendResult {
    const socket = this.#socket;
    if (!socket.writable) return 'gone';
    this.#callbacks++;
    socket.write(bytes, this.#onWritten);
    if (socket.errored !== null) return 'gone';
    // What the kernel takes at once is no longer counted when write returns.
    if (socket.writableLength === 0) return 'handed-over';
    this.#waits = true;
    return 'waits';
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#callbacks--;
    // Node calls back without an error for a write that it gave up because the socket was destroyed.
    const written = (error === undefined || error === null) && !this.#socket.destroyed;
    if (this.#callbacks === 0) this.#settle(written);
  };

  #settle(handedOver: boolean): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.#handlers.sent(handedOver);
  }
}
