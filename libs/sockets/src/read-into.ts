import { Socket } from 'node:net';

/** Takes the bytes of a socket in memory of its own. */
export interface Reader {
  /** Where the next bytes go: at least one byte long, and left alone until `received`. */
  space(): Uint8Array;
  /**
   * So many bytes stand at the beginning of the space that was given last.
   *
   * @returns false to read no more until the socket's `resume()`
   */
  received(bytes: number): boolean;
}

/**
 * Reads a socket that a `UnixListener` accepted into memory that the reader chooses, at most as much at once as
 * there is space: no allocation for each read, and no copy to join what came in pieces.
 *
 * Node.js offers that (`onread`) only for sockets that are made with it. So another socket takes over the handle
 * of the accepted one, which is an internal property: docs/decisions/0009-reading-into-own-memory.md.
 *
 * @returns the socket to use; the accepted one is not usable any more
 * @throws when this version of Node.js keeps the handle elsewhere
 */
export function readInto(accepted: Socket, reader: Reader): Socket {
  const holder = accepted as unknown as { _handle?: object | null };
  const handle = holder._handle;
  if (handle === undefined || handle === null) {
    throw new Error('this version of Node.js hides the handle of a socket');
  }
  holder._handle = null;
  const options = {
    handle,
    allowHalfOpen: true,
    onread: { buffer: () => reader.space(), callback: (bytes: number) => reader.received(bytes) },
  };
  const socket = new Socket(options);
  // The listener counts its clients by the sockets that it accepted.
  socket.once('close', () => accepted.destroy());
  socket.resume();
  return socket;
}
