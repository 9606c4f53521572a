import type { Scheduler } from '@fenceline/contracts';
import type { Owner } from '@fenceline/sockets';
import type { MediumChoice } from './medium/open-medium.js';
import type { Request } from './request.js';

export interface BackendOptions {
  readonly clock: Scheduler;
  readonly medium: MediumChoice;
  /** File of the journal, which must not exist; null keeps the journal in memory: see `Backend.journal`. */
  readonly journalPath: string | null;
  /** Bytes of a logical block: a power of two from 512 to 65536. */
  readonly blockSize: number;
  /** Bytes of the medium: whole logical blocks. */
  readonly size: number;
}

export interface ExportOptions {
  /** Name of the export, as NBD clients ask for it; the empty name works too. */
  readonly name: string;
  /** Path of the Unix socket to listen on; a socket has one export. */
  readonly socket: string;
  /** Name of the array node that it belongs to: faults and the journal know it by this name. */
  readonly node: string;
  /** Who owns the socket, which has mode 0600. @defaultValue this process's user */
  readonly owner?: Owner;
}

/** An array node whose requests come from this process, not over a socket. */
export interface LocalOptions {
  /** Name of the array node: faults and the journal know it by this name. */
  readonly node: string;
}

/** What listeners are told, synchronously, in the order in which it happens. */
export interface BackendEvents {
  /** Read in full; a fault that the listener sets may still catch it. */
  received: Request;
  held: Request;
  released: Request;
  applied: Request;
  replied: Request;
  /** No request is received and unapplied any more. */
  idle: undefined;
}

/** @throws RangeError that says which of them is wrong. */
export function checkGeometry(blockSize: number, size: number): void {
  if (!(blockSize >= 512 && blockSize <= 65_536 && Math.log2(blockSize) % 1 === 0)) {
    throw new RangeError(`block size ${blockSize}: give a power of two from 512 to 65536`);
  }
  if (!(Number.isSafeInteger(size) && size > 0 && size % blockSize === 0)) {
    throw new RangeError(`size ${size}: give a multiple of the block size, ${blockSize} bytes`);
  }
}
