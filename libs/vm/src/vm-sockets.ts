import { chown, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { checkedSocketPath } from './names.js';
import type { QemuUser } from './qemu-user.js';

/** A Unix socket on which we wait for QEMU, for one connection. */
export interface AwaitedConnection {
  readonly path: string;
  /** The connection, as soon as QEMU has made it. */
  readonly connected: Promise<Socket>;
  /** Stops waiting and removes the socket; a connection that was made stays. */
  close(): Promise<void>;
}

/**
 * Listens for QEMU's connection. We listen and QEMU connects, so that there is nothing to poll for
 * and a QEMU whose owner died before cannot start.
 */
export async function awaitConnection(
  path: string,
  user: QemuUser | undefined,
): Promise<AwaitedConnection> {
  checkedSocketPath(path);
  const server: Server = createServer();
  const connected = new Promise<Socket>((resolve) => {
    server.once('connection', resolve);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  if (user !== undefined) await chown(path, user.uid, user.gid);
  return {
    path,
    connected,
    close: async () => {
      server.close();
      await rm(path, { force: true });
    },
  };
}
