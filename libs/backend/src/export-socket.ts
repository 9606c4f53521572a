import { chmod, chown } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** Longest path of a Unix socket on Linux, in bytes; longer ones would be cut silently. */
const MAX_PATH_BYTES = 107;

/** A Unix socket that listens, for its owner alone (mode 0600). */
export class ExportSocket {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Listens on `path`.
   * @throws when the path is too long, taken, or in a folder that is not there or not writable.
   */
  static async listen(
    path: string,
    owner: { readonly uid: number; readonly gid: number } | undefined,
    onConnection: (socket: Socket) => void,
  ): Promise<ExportSocket> {
    const bytes = Buffer.byteLength(path);
    if (bytes > MAX_PATH_BYTES) {
      throw new Error(
        `socket path ${path} has ${bytes} bytes, Linux takes ${MAX_PATH_BYTES}: use a shorter folder`,
      );
    }
    const server = createServer({ allowHalfOpen: true }, onConnection);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          new Error(`cannot listen on ${path}: ${error.code ?? error.message}`, { cause: error }),
        ),
      );
      server.listen(path, resolve);
    });
    const listening = new ExportSocket(server);
    try {
      if (owner !== undefined) await chown(path, owner.uid, owner.gid);
      await chmod(path, 0o600);
    } catch (error) {
      await listening.close();
      throw error;
    }
    return listening;
  }

  /** Takes no more connections and removes the socket; resolves when the last connection has ended. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
