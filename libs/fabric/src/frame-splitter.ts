import { longestFrame, prefixBytes, unitBytes } from './limits.js';

/** Whole frames, each behind its length prefix, as they are written to the receiver at once. */
export interface Unit {
  bytes: Buffer;
  frames: number;
}

const nothing = Buffer.alloc(0);

/**
 * Cuts a `-netdev stream` byte stream into units of whole frames. Units are views of the chunks; only a
 * frame that is spread over chunks is copied, and is a unit of its own.
 */
export class FrameSplitter {
  /** Prefix of the frame that began in an earlier chunk. */
  readonly #prefix = Buffer.alloc(prefixBytes);
  #prefixLength = 0;
  /** That frame with its prefix, once the prefix is whole. */
  #frame = nothing;
  #frameLength = 0;

  /** Whether the stream stands inside a frame. */
  get insideFrame(): boolean {
    return this.#prefixLength > 0;
  }

  /**
   * Reads on and appends the whole frames to `units`. Returns what is wrong with the stream, or null;
   * after a wrong length the stream cannot be read on.
   */
  push(chunk: Buffer, units: Unit[]): string | null {
    const end = chunk.length;
    let at = 0;
    if (this.#prefixLength > 0) {
      at = this.#complete(chunk, 0);
      const problem =
        this.#prefixLength < prefixBytes ? null : wrongLength(this.#prefix.readUInt32BE(0));
      if (problem !== null || this.#frame === nothing || this.#frameLength < this.#frame.length) {
        return problem;
      }
      units.push({ bytes: this.#frame, frames: 1 });
      this.#prefixLength = 0;
      this.#frame = nothing;
    }
    let start = at;
    let frames = 0;
    let problem: string | null = null;
    while (end - at >= prefixBytes) {
      const length = chunk.readUInt32BE(at);
      problem = wrongLength(length);
      const next = at + prefixBytes + length;
      if (problem !== null || next > end) break;
      if (next - start > unitBytes && frames > 0) {
        units.push({ bytes: chunk.subarray(start, at), frames });
        start = at;
        frames = 0;
      }
      at = next;
      frames++;
    }
    if (frames > 0) units.push({ bytes: chunk.subarray(start, at), frames });
    if (problem === null) this.#complete(chunk, at);
    return problem;
  }

  /** Copies what belongs to the frame that is not whole yet; returns the offset behind it. */
  #complete(chunk: Buffer, start: number): number {
    let at = start;
    if (this.#prefixLength < prefixBytes) {
      const copied = chunk.copy(this.#prefix, this.#prefixLength, at);
      this.#prefixLength += copied;
      at += copied;
      if (this.#prefixLength < prefixBytes) return at;
      const length = this.#prefix.readUInt32BE(0);
      if (wrongLength(length) !== null) return at;
      this.#frame = Buffer.allocUnsafeSlow(prefixBytes + length);
      this.#frameLength = this.#prefix.copy(this.#frame);
    }
    const copied = chunk.copy(this.#frame, this.#frameLength, at);
    this.#frameLength += copied;
    return at + copied;
  }
}

function wrongLength(length: number): string | null {
  if (length > 0 && length <= longestFrame) return null;
  return `a frame cannot be ${length} bytes long (1 to ${longestFrame})`;
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
