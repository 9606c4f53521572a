import { HandshakeError } from './handshake-error.js';

/** What the host needs of a namespace (NVM Command Set Specification, Identify Namespace, CNS 00h). */
export interface NamespaceFacts {
  nsid: number;
  /** In bytes. */
  blockSize: number;
  size: number;
  /** ANA group; 0 where the namespace is in none. */
  anaGroup: number;
}

const LBA_FORMATS_AT = 128;

/**
 * Reads Identify Namespace data of 4,096 bytes.
 *
 * @throws when the namespace is not there, or its format has metadata
 */
export function readNamespace(bytes: Uint8Array, nsid: number): NamespaceFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = Number(view.getBigUint64(0, true));
  if (blocks === 0) throw new HandshakeError(`namespace ${nsid} is not there`);
  const formatted = view.getUint8(26);
  // Bits 6:5 are the upper bits of the format's number.
  const format = (formatted & 0x0f) | ((formatted & 0x60) >>> 1);
  const at = LBA_FORMATS_AT + format * 4;
  if (view.getUint16(at, true) !== 0) throw new HandshakeError(`namespace ${nsid} has metadata`);
  const blockSize = 2 ** view.getUint8(at + 2);
  return { nsid, blockSize, size: blocks * blockSize, anaGroup: view.getUint32(92, true) };
}
