import { longestFrame, prefixBytes, unitBytes } from './limits.js';

/** Whole frames, each behind its length prefix, as they are written to the receiver at once. */
export interface Unit {
  bytes: Buffer;
  /** Views of them, without their prefixes, that must not be written to. */
  frames: readonly Uint8Array[];
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
      units.push({ bytes: this.#frame, frames: [frameAt(this.#frame, 0, this.#frame.length)] });
      this.#prefixLength = 0;
      this.#frame = nothing;
    }
    let start = at;
    let frames: Uint8Array[] = [];
    let problem: string | null = null;
    while (end - at >= prefixBytes) {
      const length = chunk.readUInt32BE(at);
      problem = wrongLength(length);
      const next = at + prefixBytes + length;
      if (problem !== null || next > end) break;
      if (next - start > unitBytes && frames.length > 0) {
        units.push({ bytes: chunk.subarray(start, at), frames });
        start = at;
        frames = [];
      }
      frames.push(frameAt(chunk, at, next));
      at = next;
    }
    if (frames.length > 0) units.push({ bytes: chunk.subarray(start, at), frames });
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

/** A unit of one frame. */
export function unitOf(frame: Uint8Array): Unit {
  const bytes = Buffer.allocUnsafeSlow(prefixBytes + frame.length);
  bytes.writeUInt32BE(frame.length);
  bytes.set(frame, prefixBytes);
  return { bytes, frames: [frameAt(bytes, 0, bytes.length)] };
}

/** The same unit in memory of its own. */
export function copyOf({ bytes, frames }: Unit): Unit {
  const copy = Buffer.from(bytes);
  const moved = copy.byteOffset - bytes.byteOffset;
  return {
    bytes: copy,
    frames: frames.map(
      (frame) => new Uint8Array(copy.buffer, frame.byteOffset + moved, frame.length),
    ),
  };
}

/** The frame whose prefix stands at `start` and that ends before `end`. */
function frameAt(bytes: Buffer, start: number, end: number): Uint8Array {
  const at = start + prefixBytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at, end - at);
}
