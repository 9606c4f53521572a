/**
 * The borders of the reference host and controller. They do no input or output themselves: a guest program binds
 * these to sockets and a block device, the simulated lab to virtual ones.
 */

/** What one side can do with a transport connection that is open. */
export interface Connection {
  /**
   * Queues bytes; the owner of the connection may keep them, so they are not written to afterwards. One exception: the
   * data of a write that was answered at its first try, by a host that was told that it may (see `Workload`).
   */
  send(bytes: Uint8Array): void;
  /** Ends the connection behind what is queued (FIN). */
  end(): void;
  /** Ends it at once: what is queued is purged and never sent again (RST). */
  abort(): void;
}

/** What a connection tells the side that uses it. Nothing follows `closed`. */
export interface ConnectionUser {
  /** The next bytes of the stream, split anyhow; they are only lent. */
  received(bytes: Uint8Array): void;
  /** The other side ended or aborted it, or it was lost. Not called for one's own `abort`. */
  closed(): void;
}

/** A host's way to a port of the array. */
export interface Dialer {
  /**
   * Begins to connect over a path. Nothing of `user` is called before this returns.
   *
   * @param user `opened` follows once the connection is there, or `closed` when it does not come about
   * @returns the connection; before `opened` only `abort` may be called
   */
  connect(path: string, user: ConnectionUser & { opened(): void }): Connection;
}

/** A request to the medium below a controller; bytes, not blocks, both multiples of the block size. */
export type MediumRequest =
  | { op: 'read'; offset: number; length: number }
  | { op: 'write'; offset: number; data: Uint8Array; fua: boolean }
  | { op: 'write-zeroes' | 'trim'; offset: number; length: number }
  | { op: 'flush' };

/**
 * How a request ended: a read with its bytes, or an errno name such as `EIO`. `sentOnce` says of a write that it went
 * over one connection, once, whose other side answered it: then nothing sends its data again.
 */
export type MediumResult =
  { ok: true; data?: Uint8Array; sentOnce?: true } | { ok: false; error: string };

/** The disk below an array node, as one of its ports reaches it. */
export interface Medium {
  /** Bytes of a logical block, and of the whole. */
  readonly blockSize: number;
  readonly size: number;
  /** Begins a request. `done` is called once, never before this returns; data is not written to until then. */
  submit(request: MediumRequest, done: (result: MediumResult) => void): void;
}

/** A source of random numbers that a seed decides: whole numbers from 0 to 2^32 - 1. */
export type Random = () => number;

/** A line of a log, as a kernel's console would have it. */
export type Log = (line: string) => void;
