import { chmod, chown } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { longestSocketPath } from './limits.js';

/** User and group that may connect: those of an unprivileged QEMU. */
export interface Owner {
  uid: number;
  gid: number;
}

/**
 * A Unix socket on which one QEMU at a time may connect (`-netdev stream,server=off`). The socket has
 * mode 0600. Its folder is the caller's to make and to remove: several links share one.
 */
export class Port {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on `path`. Rejects when the path is too long or taken, or its folder cannot be used. */
  static async listen(
    path: string,
    owner: Owner | undefined,
    onSocket: (socket: Socket) => void,
  ): Promise<Port> {
    const length = Buffer.byteLength(path);
    if (length > longestSocketPath) {
      throw new Error(
        `the socket path ${path} has ${length} bytes, Linux takes ${longestSocketPath}: choose a shorter folder`,
      );
    }
    const server = createServer(onSocket);
    server.maxConnections = 1;
    const port = new Port(server);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, resolve);
      });
      await chmod(path, 0o600);
      if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    } catch (error) {
      await port.close();
      throw new Error(`cannot listen on ${path}: ${reasonOf(error)}`, { cause: error });
    }
    return port;
  }

  /** Stops listening and unlinks the socket; waits until the peer, which its owner destroys, is closed. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function reasonOf(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return 'the socket exists already; remove it if no other run uses it';
  }
  return error instanceof Error ? error.message : String(error);
}
