import type { Socket } from 'node:net';
import { readInto } from '@fenceline/sockets';
import { receiveBytes } from './limits.js';

export interface PeerHandlers {
  /**
   * A chunk of the stream was read. Returns whether some of its bytes are still needed: they are left alone then,
   * else they are overwritten.
   */
  chunk(bytes: Buffer): boolean;
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
  #memory = Buffer.allocUnsafeSlow(receiveBytes);

  /** @param accepted - the socket that a QEMU connected to */
  constructor(accepted: Socket, handlers: PeerHandlers) {
    const socket = readInto(accepted, {
      space: () => this.#memory,
      received: (bytes) => this.#received(bytes),
    });
    this.#socket = socket;
    this.#handlers = handlers;
    // A QEMU that ends its half is gone.
    socket.on('end', () => socket.end());
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

  #received(bytes: number): boolean {
    const stillNeeded = this.#handlers.chunk(this.#memory.subarray(0, bytes));
    if (stillNeeded) this.#memory = Buffer.allocUnsafeSlow(receiveBytes);
    return !this.#socket.isPaused();
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
