import type { Connection, ConnectionUser } from '@fenceline/reference';
import type { Socket } from 'node:net';

/** A TCP socket as a transport connection. */
export class SocketConnection implements Connection {
  #left = false;

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    // What went wrong is of no use to anybody: `close` follows.
    socket.on('error', () => undefined);
  }

  /** Tells a user from now on. */
  tell(user: ConnectionUser): void {
    this.socket.on('data', (bytes) => {
      if (!this.#left) user.received(bytes);
    });
    this.socket.on('close', () => {
      if (this.#left) return;
      this.#left = true;
      user.closed();
    });
  }

  /** What is sent at one moment is handed to the kernel at once: an answer's data and its completion share a segment. */
  send(bytes: Uint8Array): void {
    const { socket } = this;
    if (this.#left) return;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(bytes);
  }

  end(): void {
    this.socket.end();
  }

  /** The kernel forgets what it has not sent, and sends RST (SO_LINGER with no time). */
  abort(): void {
    this.#left = true;
    // One that is not open yet would be reset only once it is.
    if (this.socket.connecting) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }
}
