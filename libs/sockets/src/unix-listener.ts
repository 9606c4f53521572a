import { chmod, chown } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

/** User and group by number, e.g. those of an unprivileged QEMU. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface ListenOptions {
  /** In a folder that exists, which is the caller's to make and to remove. */
  path: string;
  /** Who may connect: the socket is its owner's alone (mode 0600). @defaultValue this process's user */
  owner?: Owner | undefined;
  /** Clients at the same time; one too many is disconnected. @defaultValue without bound */
  maxClients?: number;
}

/** Longest path of a Unix socket on Linux, in bytes (sun_path without its terminating zero). */
const longestPath = 107;

/** Listens on a Unix socket, for one user alone. */
export class UnixListener {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Listens from the return on.
   *
   * @param onClient - gets each client's socket, which nobody reads yet: `readInto` does. A client that ends its
   *   half can still be written to.
   * @throws when the path is too long or taken, or in a folder that is not there or not writable
   */
  static async listen(
    { path, owner, maxClients }: ListenOptions,
    onClient: (accepted: Socket) => void,
  ): Promise<UnixListener> {
    const bytes = Buffer.byteLength(path);
    if (bytes > longestPath) {
      throw new Error(
        `the socket path ${path} has ${bytes} bytes, Linux takes ${longestPath}: choose a shorter folder`,
      );
    }
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, onClient);
    if (maxClients !== undefined) server.maxConnections = maxClients;
    const listener = new UnixListener(server);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, resolve);
      });
      await chmod(path, 0o600);
      if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    } catch (error) {
      await listener.close();
      throw new Error(`cannot listen on ${path}: ${reasonOf(error)}`, { cause: error });
    }
    return listener;
  }

  /** Takes no more clients and removes the socket; resolves when the last client, whom its owner ends, is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return 'the socket exists already; remove it if no other run uses it';
  }
  return code ?? message;
}
