/**
 * What the nodes of an array say to each other about resets. A message is its length in two bytes, its type in one,
 * the number of the reset in four, and a body; integers are little-endian.
 */
import type { Instance } from './decisions.js';

export type PeerMessage =
  /** Reset this instance of yours. */
  | { type: 'reset'; id: number; named: Instance }
  /** The reset has begun; `ended` follows. */
  | { type: 'began'; id: number }
  /** There is no such instance any more, and nothing of it at the medium. */
  | { type: 'gone'; id: number }
  /** The reset is refused, with this status. */
  | { type: 'refused'; id: number; status: number }
  /** The reset has ended, with this CCRS. */
  | { type: 'ended'; id: number; outcome: number };

const types = ['reset', 'began', 'gone', 'refused', 'ended'] as const;

/** Length, type and number. */
const HEAD_BYTES = 7;
/** CNTLID, CIU and CIRN, before the NQN. */
const INSTANCE_BYTES = 11;

export function encodePeerMessage(message: PeerMessage): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + bodyBytes(message));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length, true);
  bytes[2] = types.indexOf(message.type);
  view.setUint32(3, message.id, true);
  if (message.type === 'refused') view.setUint16(HEAD_BYTES, message.status, true);
  if (message.type === 'ended') bytes[HEAD_BYTES] = message.outcome;
  if (message.type === 'reset') {
    const { cntlid, ciu, cirn, hostNqn } = message.named;
    view.setUint16(HEAD_BYTES, cntlid, true);
    bytes[HEAD_BYTES + 2] = ciu;
    view.setBigUint64(HEAD_BYTES + 3, cirn, true);
    const at = HEAD_BYTES + INSTANCE_BYTES;
    for (let i = 0; i < hostNqn.length; i++) bytes[at + i] = hostNqn.charCodeAt(i);
  }
  return bytes;
}

function bodyBytes(message: PeerMessage): number {
  switch (message.type) {
    case 'reset':
      return INSTANCE_BYTES + message.named.hostNqn.length;
    case 'refused':
      return 2;
    case 'ended':
      return 1;
    case 'began':
    case 'gone':
      return 0;
  }
}

/** Cuts a stream of bytes into messages, however it is split. */
export class PeerMessageDecoder {
  #kept = new Uint8Array(0);

  constructor(private readonly onMessage: (message: PeerMessage) => void) {}

  /**
   * Takes the next bytes.
   *
   * @returns false when they are no messages: nothing more can be read then
   */
  push(bytes: Uint8Array): boolean {
    const all = new Uint8Array(this.#kept.length + bytes.length);
    all.set(this.#kept);
    all.set(bytes, this.#kept.length);
    let at = 0;
    while (all.length - at >= 2) {
      const length = all[at]! | (all[at + 1]! << 8);
      if (length < HEAD_BYTES) return false;
      if (all.length - at < length) break;
      const message = decode(all.subarray(at, at + length));
      if (message === null) return false;
      this.onMessage(message);
      at += length;
    }
    this.#kept = all.slice(at);
    return true;
  }
}

function decode(bytes: Uint8Array): PeerMessage | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const type = types[bytes[2]!];
  const id = view.getUint32(3, true);
  const body = bytes.length - HEAD_BYTES;
  if (type === 'refused' && body === 2) {
    return { type, id, status: view.getUint16(HEAD_BYTES, true) };
  }
  if (type === 'ended' && body === 1) return { type, id, outcome: bytes[HEAD_BYTES]! };
  if ((type === 'began' || type === 'gone') && body === 0) return { type, id };
  if (type !== 'reset' || body < INSTANCE_BYTES) return null;
  const named = {
    cntlid: view.getUint16(HEAD_BYTES, true),
    ciu: bytes[HEAD_BYTES + 2]!,
    cirn: view.getBigUint64(HEAD_BYTES + 3, true),
    hostNqn: String.fromCharCode(...bytes.subarray(HEAD_BYTES + INSTANCE_BYTES)),
  };
  return { type, id, named };
}
