import { crc32c } from './crc32c.js';
import {
  COMMON_HEADER_BYTES,
  DIGEST_BYTES,
  headerLengthOf,
  MAX_HEADER_BYTES,
  mayCarryData,
  PduFlag,
  pduName,
} from './pdu.js';
import { roomFor } from './room.js';

/** No sender makes longer PDUs: a longer one means that the stream is not NVMe/TCP, or was cut. */
const MAX_PDU_BYTES = 256 * 1024 * 1024;

/**
 * One PDU as it goes by. The decoder has one of these and uses it for every PDU: what a listener wants
 * to keep it must copy.
 */
export class Pdu {
  /** The header's bytes, from the common header on. */
  readonly header = roomFor(MAX_HEADER_BYTES);
  readonly view = new DataView(this.header.buffer, this.header.byteOffset, MAX_HEADER_BYTES);
  type = 0;
  flags = 0;
  /** PLEN in bytes. */
  length = 0;
  /** Bytes of data that the PDU carries, without padding and digest. */
  dataLength = 0;
  /** Position of the PDU's first byte in the stream. */
  offset = 0;
  /**
   * When the first byte, the last byte of the header, and the PDU's latest byte came, in ns: segments may overtake
   * each other.
   */
  firstByteAt = 0;
  headerAt = 0;
  lastByteAt = 0;
  /** The frames that brought them. */
  firstFrame = 0;
  headerFrame = 0;
  lastFrame = 0;
  /** False when a digest did not match; known once the header, or the PDU, is complete. */
  headerDigestOk = true;
  dataDigestOk = true;
}

/** What a `PduDecoder` tells while bytes go through it. */
export interface PduListener {
  /** A header is complete, and its digest if it has one. */
  onHeader(pdu: Pdu): void;
  /**
   * Data of the current PDU: `bytes[start, end)` belongs `at` bytes into that PDU's data.
   * The bytes are only lent.
   */
  onData(pdu: Pdu, bytes: Uint8Array, start: number, end: number, at: number): void;
  /** The PDU's last byte came, digest included. */
  onEnd(pdu: Pdu): void;
  /** The stream makes no sense from here on; nothing more will be decoded. */
  onLost(reason: string): void;
}

/**
 * Cuts one direction of an NVMe/TCP connection into PDUs, whatever way its bytes are split
 * (NVMe/TCP Transport Specification 1.1, section 3.6). Copies headers only.
 */
export class PduDecoder {
  readonly pdu = new Pdu();
  /** Bytes taken so far: the position of the next byte in the stream. */
  private position = 0;
  /** Bytes of the current PDU taken so far. */
  private taken = 0;
  /** Where the parts of the current PDU begin and end, from its first byte. */
  private headerEnd = COMMON_HEADER_BYTES;
  private headerPartEnd = COMMON_HEADER_BYTES;
  private dataStart = 0;
  private dataEnd = 0;
  private commonRead = false;
  private digest = 0;
  private expectedDigest = 0;
  /** When the latest byte of the current PDU came, and the frame that brought it. */
  private latestAt = 0;
  private latestFrame = 0;
  /** False when bytes under the data digest were left out. */
  private digestKnown = true;
  private lost = false;

  constructor(
    private readonly listener: PduListener,
    /** Position in the stream of the first byte that will be pushed. */
    start = 0,
  ) {
    this.position = start;
  }

  /** True between PDUs: the stream may end here without anything cut off. */
  get betweenPdus(): boolean {
    return this.taken === 0;
  }

  /** True after a byte sequence that is no PDU. */
  get isLost(): boolean {
    return this.lost;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @param t - when they came, ns
   * @param frame - number of the frame that brought them
   * @returns where it stopped: at `end`, or behind what is no PDU
   */
  push(bytes: Uint8Array, start: number, end: number, t: number, frame: number): number {
    let at = start;
    while (at < end && !this.lost) {
      if (this.taken === 0) this.begin(t, frame);
      else if (t >= this.latestAt) this.cameLater(t, frame);
      const part = Math.min(end - at, this.partEnd() - this.taken);
      this.take(bytes, at, at + part);
      at += part;
      this.taken += part;
      this.position += part;
      this.advance(t, frame);
    }
    return at;
  }

  /**
   * Leaves out bytes of the stream that are not known: of data they are merely not told, and the digest over
   * them is not checked; a header that lacks some makes the stream lost.
   */
  skip(length: number, t: number, frame: number): void {
    let left = length;
    while (left > 0 && !this.lost) {
      if (this.taken < this.headerPartEnd) {
        this.lose('bytes of a header are missing');
        return;
      }
      const part = Math.min(left, this.pdu.length - this.taken);
      this.digestKnown = false;
      left -= part;
      this.taken += part;
      this.position += part;
      this.advance(t, frame);
    }
  }

  /** Begins anew, after a loss, with a stream whose next byte is a PDU's first. */
  restart(): void {
    this.lost = false;
    this.taken = 0;
  }

  private begin(t: number, frame: number): void {
    const pdu = this.pdu;
    pdu.offset = this.position;
    pdu.firstByteAt = t;
    pdu.firstFrame = frame;
    pdu.length = COMMON_HEADER_BYTES;
    pdu.dataLength = 0;
    pdu.headerDigestOk = true;
    pdu.dataDigestOk = true;
    this.commonRead = false;
    this.headerEnd = COMMON_HEADER_BYTES;
    this.headerPartEnd = COMMON_HEADER_BYTES;
    this.dataStart = 0;
    this.dataEnd = 0;
    this.digest = 0;
    this.expectedDigest = 0;
    this.digestKnown = true;
    this.cameLater(t, frame);
  }

  private cameLater(t: number, frame: number): void {
    this.latestAt = t;
    this.latestFrame = frame;
  }

  /** End of the part of the PDU that the next byte belongs to. */
  private partEnd(): number {
    const { taken } = this;
    if (taken < this.headerEnd) return this.headerEnd;
    if (taken < this.headerPartEnd) return this.headerPartEnd;
    if (taken < this.dataStart) return this.dataStart;
    if (taken < this.dataEnd) return this.dataEnd;
    return this.pdu.length;
  }

  private take(bytes: Uint8Array, start: number, end: number): void {
    const { taken, pdu } = this;
    if (taken < this.headerEnd) {
      for (let i = start, to = taken; i < end; i++, to++) pdu.header[to] = bytes[i]!;
    } else if (taken < this.headerPartEnd) {
      this.takeDigest(bytes, start, end, taken - this.headerEnd);
    } else if (taken >= this.dataStart && taken < this.dataEnd) {
      if (pdu.flags & PduFlag.dataDigest) this.digest = crc32c(bytes, start, end, this.digest);
      this.listener.onData(pdu, bytes, start, end, taken - this.dataStart);
    } else if (taken >= this.dataEnd && pdu.dataLength > 0) {
      this.takeDigest(bytes, start, end, taken - this.dataEnd);
    }
  }

  private takeDigest(bytes: Uint8Array, start: number, end: number, index: number): void {
    for (let i = start, shift = index * 8; i < end; i++, shift += 8) {
      this.expectedDigest |= bytes[i]! << shift;
    }
  }

  private advance(t: number, frame: number): void {
    const { pdu } = this;
    if (!this.commonRead) {
      if (this.taken < COMMON_HEADER_BYTES) return;
      this.readCommonHeader();
      if (this.lost || this.taken < this.headerEnd) return;
    }
    if (this.taken === this.headerEnd) {
      pdu.headerAt = t;
      pdu.headerFrame = frame;
    }
    if (this.taken === this.headerPartEnd) this.endHeader();
    if (this.taken === pdu.length) {
      pdu.lastByteAt = this.latestAt;
      pdu.lastFrame = this.latestFrame;
      if (pdu.dataLength > 0 && pdu.flags & PduFlag.dataDigest) {
        pdu.dataDigestOk = !this.digestKnown || this.expectedDigest >>> 0 === this.digest;
      }
      this.taken = 0;
      this.listener.onEnd(pdu);
    }
  }

  private readCommonHeader(): void {
    const { pdu } = this;
    const { header, view } = pdu;
    this.commonRead = true;
    pdu.type = header[0]!;
    pdu.flags = header[1]!;
    pdu.length = view.getUint32(4, true);
    const expected = headerLengthOf(pdu.type);
    if (expected === 0 || header[2] !== expected) {
      this.lose(`a PDU of type ${pdu.type} with a header of ${header[2]!} bytes does not exist`);
      return;
    }
    if (pdu.length > MAX_PDU_BYTES) {
      this.lose(`a ${pduName(pdu.type)} of ${pdu.length} bytes is longer than any real one`);
      return;
    }
    this.headerEnd = expected;
    this.headerPartEnd = expected + (pdu.flags & PduFlag.headerDigest ? DIGEST_BYTES : 0);
    if (pdu.length < this.headerPartEnd) {
      this.lose(`a ${pduName(pdu.type)} of ${pdu.length} bytes is shorter than its header`);
      return;
    }
    const hasData = mayCarryData(pdu.type) && pdu.length > this.headerPartEnd;
    this.dataStart = pdu.length;
    this.dataEnd = pdu.length;
    if (!hasData) return;
    this.dataStart = header[3]! === 0 ? this.headerPartEnd : header[3]!;
    this.dataEnd = pdu.length - (pdu.flags & PduFlag.dataDigest ? DIGEST_BYTES : 0);
    if (this.dataStart < this.headerPartEnd || this.dataStart > this.dataEnd) {
      this.lose(`a ${pduName(pdu.type)} of ${pdu.length} bytes cannot have data at ${header[3]!}`);
      return;
    }
    pdu.dataLength = this.dataEnd - this.dataStart;
  }

  private endHeader(): void {
    const { pdu } = this;
    if (pdu.flags & PduFlag.headerDigest) {
      pdu.headerDigestOk = this.expectedDigest >>> 0 === crc32c(pdu.header, 0, this.headerEnd);
      this.expectedDigest = 0;
    }
    this.listener.onHeader(pdu);
  }

  private lose(reason: string): void {
    this.lost = true;
    this.listener.onLost(reason);
  }
}
