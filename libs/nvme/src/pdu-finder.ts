import {
  COMMON_HEADER_BYTES,
  DIGEST_BYTES,
  headerLengthOf,
  MAX_HEADER_BYTES,
  PduFlag,
  PduType,
} from './pdu.js';

/** Which way a stream goes: a host sends commands, a controller answers. */
export type PduSender = 'host' | 'controller';

/** What the sign of a PDU reaches over: the header of a data PDU. */
const SIGN_BYTES = 24;
/** PSDT, among a command's flags: 01b or 10b, for fabrics commands have SGLs. */
const PSDT_MASK = 0xc0;
const MAX_PDU_BYTES = 16 * 1024 * 1024;

const sent: Readonly<Record<PduSender, readonly number[]>> = {
  host: [PduType.icReq, PduType.capsuleCmd, PduType.h2cData, PduType.h2cTermReq],
  controller: [
    PduType.icResp,
    PduType.capsuleResp,
    PduType.c2hData,
    PduType.r2t,
    PduType.c2hTermReq,
  ],
};

/**
 * Finds where a PDU begins in the middle of a stream: after the beginning of a capture, or behind bytes that
 * are missing. At least six bytes must be as the specification has them and the lengths agree with each other,
 * so that other bytes are taken for a PDU about once in 10^14.
 */
export class PduFinder {
  /** Last bytes that came: a sign may have begun in them. */
  readonly #tail = new Uint8Array(2 * SIGN_BYTES);
  #tailLength = 0;
  /** Bytes that came before those of the present `find`, from the PDU's first one on. */
  #before = new Uint8Array(0);

  constructor(private readonly sender: PduSender) {}

  /** Bytes of the PDU that `find` found which had come earlier; to be decoded first. */
  get before(): Uint8Array {
    return this.#before;
  }

  /**
   * Looks for a PDU's beginning in the next bytes of the stream, `bytes[start, end)`.
   *
   * @returns where to go on decoding in `bytes`, after `before`; -1 when nothing was found yet
   */
  find(bytes: Uint8Array, start: number, end: number): number {
    const kept = this.#tailLength;
    if (kept > 0) {
      const tail = this.#tail;
      const added = Math.min(SIGN_BYTES, end - start);
      tail.set(bytes.subarray(start, start + added), kept);
      for (let at = 0; at < kept; at++) {
        if (!isPdu(tail, at, kept + added, this.sender)) continue;
        this.#before = tail.slice(at, kept);
        this.#tailLength = 0;
        return start;
      }
    }
    const last = end - SIGN_BYTES;
    for (let at = start; at <= last; at++) {
      if (!isPdu(bytes, at, end, this.sender)) continue;
      this.#before = this.#tail.subarray(0, 0);
      this.#tailLength = 0;
      return at;
    }
    this.#keep(bytes, start, end);
    return -1;
  }

  /** Forgets what came: bytes are missing behind it. */
  restart(): void {
    this.#tailLength = 0;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const tail = this.#tail;
    const wanted = SIGN_BYTES - 1;
    const fresh = Math.min(wanted, end - start);
    const old = Math.min(wanted - fresh, this.#tailLength);
    tail.copyWithin(0, this.#tailLength - old, this.#tailLength);
    tail.set(bytes.subarray(end - fresh, end), old);
    this.#tailLength = old + fresh;
  }
}

/** Does a stream that goes out from `sender` have the first bytes of a PDU at `at`? */
function isPdu(bytes: Uint8Array, at: number, end: number, sender: PduSender): boolean {
  const type = bytes[at]!;
  const headerLength = bytes[at + 2]!;
  if (at + SIGN_BYTES > end || headerLength === 0) return false;
  if (headerLengthOf(type) !== headerLength || !sent[sender].includes(type)) return false;
  const flags = bytes[at + 1]!;
  const dataOffset = bytes[at + 3]!;
  const length =
    bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! * 0x100_0000);
  if (flags > 0x0f || length < headerLength || length > MAX_PDU_BYTES) return false;
  const headerPart = headerLength + (flags & PduFlag.headerDigest ? DIGEST_BYTES : 0);
  const dataDigest = flags & PduFlag.dataDigest ? DIGEST_BYTES : 0;
  switch (type) {
    case PduType.icReq:
    case PduType.icResp:
      return length === MAX_HEADER_BYTES && flags === 0 && dataOffset === 0;
    case PduType.capsuleCmd:
      return (
        usesSgls(bytes[at + COMMON_HEADER_BYTES + 1]!) &&
        (flags & (PduFlag.last | PduFlag.success)) === 0 &&
        (dataOffset === 0
          ? length === headerPart
          : carriesData(length - dataDigest, headerPart, dataOffset))
      );
    case PduType.capsuleResp:
    case PduType.r2t:
      return (flags & ~PduFlag.headerDigest) === 0 && dataOffset === 0 && length === headerPart;
    case PduType.h2cData:
    case PduType.c2hData: {
      const stated =
        bytes[at + 16]! |
        (bytes[at + 17]! << 8) |
        (bytes[at + 18]! << 16) |
        (bytes[at + 19]! * 0x100_0000);
      return (
        carriesData(length, headerPart, dataOffset) && stated === length - dataOffset - dataDigest
      );
    }
    default:
      // A termination request: it stands at the end of a stream, and little tells it from other bytes.
      return false;
  }
}

function usesSgls(commandFlags: number): boolean {
  const psdt = commandFlags & PSDT_MASK;
  return psdt !== 0 && psdt !== PSDT_MASK;
}

function carriesData(length: number, headerPart: number, dataOffset: number): boolean {
  return dataOffset >= headerPart && length > dataOffset;
}

/** Length of the sign of a connection's beginning. */
export const IC_SIGN_BYTES = 12;

/**
 * Who sends a stream whose first bytes are `bytes[at, end)`, when these are an ICReq (the host) or an ICResp
 * (the controller) of version 0; null when they are neither.
 */
export function opensConnection(bytes: Uint8Array, at: number, end: number): PduSender | null {
  const type = bytes[at]!;
  if (
    end - at < IC_SIGN_BYTES ||
    type > PduType.icResp ||
    bytes[at + 1] !== 0 ||
    bytes[at + 2] !== MAX_HEADER_BYTES ||
    bytes[at + 3] !== 0 ||
    bytes[at + 4] !== MAX_HEADER_BYTES ||
    bytes[at + 5] !== 0 ||
    bytes[at + 6] !== 0 ||
    bytes[at + 7] !== 0 ||
    bytes[at + 8] !== 0 ||
    bytes[at + 9] !== 0
  ) {
    return null;
  }
  return type === PduType.icReq ? 'host' : 'controller';
}
