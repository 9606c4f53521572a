import { longestFrame, prefixBytes, unitBytes } from './limits.js';

/** Whole frames, each behind its length prefix, as they are written to the receiver at once. */
export interface Unit {
  bytes: Buffer;
  frames: number;
}

/**
 * Cuts a `-netdev stream` byte stream into units of whole frames. Units are views of the chunks; only a
 * frame that is spread over chunks is copied, together with the chunk that ends it.
 */
export class FrameSplitter {
  /** Chunks of a frame that is not whole yet. */
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** Bytes that must have come before there is something to do. */
  #needed = prefixBytes;

  /** Whether the stream stands inside a frame. */
  get insideFrame(): boolean {
    return this.#partsBytes > 0;
  }

  /**
   * Reads on and appends the whole frames to `units`. Returns what is wrong with the stream, or null;
   * after a wrong length the stream cannot be read on.
   */
  push(chunk: Buffer, units: Unit[]): string | null {
    let bytes = chunk;
    if (this.#partsBytes > 0) {
      this.#parts.push(chunk);
      this.#partsBytes += chunk.length;
      if (this.#partsBytes < this.#needed) return null;
      bytes = Buffer.concat(this.#parts, this.#partsBytes);
      this.#parts = [];
      this.#partsBytes = 0;
    }
    const end = bytes.length;
    let start = 0;
    let at = 0;
    let frames = 0;
    let problem: string | null = null;
    this.#needed = prefixBytes;
    while (end - at >= prefixBytes) {
      const length = bytes.readUInt32BE(at);
      if (length === 0 || length > longestFrame) {
        problem = `a frame cannot be ${length} bytes long (1 to ${longestFrame})`;
        break;
      }
      const next = at + prefixBytes + length;
      if (next > end) {
        this.#needed = prefixBytes + length;
        break;
      }
      if (next - start > unitBytes && frames > 0) {
        units.push({ bytes: bytes.subarray(start, at), frames });
        start = at;
        frames = 0;
      }
      at = next;
      frames++;
    }
    if (frames > 0) units.push({ bytes: bytes.subarray(start, at), frames });
    if (problem === null && at < end) {
      this.#parts.push(bytes.subarray(at));
      this.#partsBytes = end - at;
    }
    return problem;
  }
}

/** Calls back with each frame of a unit, without its prefix: a view that must not be written to. */
export function forEachFrame(unit: Buffer, visit: (frame: Uint8Array) => void): void {
  for (let at = 0; at < unit.length;) {
    const length = unit.readUInt32BE(at);
    at += prefixBytes;
    visit(new Uint8Array(unit.buffer, unit.byteOffset + at, length));
    at += length;
  }
}
