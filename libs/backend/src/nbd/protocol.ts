/**
 * Numbers of the NBD protocol (doc/proto.md of the NetworkBlockDevice project). All integers on the wire
 * are big-endian.
 */

/** Handshake: "NBDMAGIC", "IHAVEOPT", and the magic of an option reply. */
export const NBD_MAGIC = 0x4e42444d41474943n;
export const OPTION_MAGIC = 0x49484156454f5054n;
export const OPTION_REPLY_MAGIC = 0x3e889045565a9n;

/** Transmission: magic of a request and of a simple reply. */
export const REQUEST_MAGIC = 0x25609513;
export const REPLY_MAGIC = 0x67446698;
export const REQUEST_BYTES = 28;
export const REPLY_BYTES = 16;

export const HandshakeFlag = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const Option = { exportName: 1, abort: 2, list: 3, info: 6, go: 7 } as const;

export const OptionReply = {
  ack: 1,
  server: 2,
  info: 3,
  unsupported: 0x8000_0001,
  invalid: 0x8000_0003,
  unknown: 0x8000_0006,
  tooBig: 0x8000_0009,
} as const;

export const Info = { export: 0, blockSize: 3 } as const;

const TransmissionFlag = {
  hasFlags: 1,
  sendFlush: 4,
  sendFua: 8,
  sendTrim: 32,
  sendWriteZeroes: 64,
  canMultiConn: 256,
} as const;

/**
 * What every export can do. Several connections are safe: all of them work on one medium without a cache
 * of their own, and a flush on one covers what was answered on another.
 */
export const TRANSMISSION_FLAGS =
  TransmissionFlag.hasFlags |
  TransmissionFlag.sendFlush |
  TransmissionFlag.sendFua |
  TransmissionFlag.sendTrim |
  TransmissionFlag.sendWriteZeroes |
  TransmissionFlag.canMultiConn;

export const Command = {
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  trim: 4,
  writeZeroes: 6,
} as const;

export const CommandFlag = { fua: 1, noHole: 2 } as const;

/** Errors of a reply; NBD has Linux's numbers for these and no others. */
export const Errno = { ok: 0, io: 5, noMemory: 12, invalid: 22, noSpace: 28 } as const;

/** Errors that a reply may carry (proto.md, Error values). */
const replyErrnos: ReadonlySet<number> = new Set([1, 5, 12, 22, 28, 75, 95, 108]);

/** The error as a reply may carry it: what NBD has no number for is an I/O error. */
export function replyErrno(errno: number): number {
  return replyErrnos.has(errno) ? errno : Errno.io;
}

/** The most bytes that one read or write may have; trim and write zeroes carry no data and may be longer. */
export const MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;
