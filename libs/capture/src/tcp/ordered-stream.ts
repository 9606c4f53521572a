/** Takes the bytes of a stream in their order, each byte once. The bytes are only lent. */
export interface ByteSink {
  /**
   * @param t - when the last of these bytes came, or came into its turn, in ns
   * @param frame - number of the frame that brought them, or that closed the gap before them
   */
  push(bytes: Uint8Array, start: number, end: number, t: number, frame: number): void;
}

/** Bytes that came before their turn. */
interface EarlyRange {
  start: number;
  end: number;
  bytes: Uint8Array;
  t: number;
  frame: number;
}

/**
 * The most bytes that may wait for a gap before them. No receive window of a guest is that large: more
 * means that the capture lacks frames.
 */
const MAX_EARLY_BYTES = 32 * 1024 * 1024;
/** The most pieces in which they may wait: as many bytes in segments of the usual size are fewer. */
const MAX_EARLY_RANGES = 65_536;

/**
 * One direction of a TCP connection at one vantage point: segments in, whatever their order, new bytes
 * out in the order of the stream (RFC 9293, section 3.4).
 *
 * Positions count bytes from the first one behind the SYN and do not wrap. At the receiver's vantage
 * point (`contiguous`) a byte has the time at which every byte up to it had come; at the sender's
 * (`first-seen`) the time at which it was first seen itself.
 */
export class OrderedStream {
  #first = 0;
  #known = false;
  #position = 0;
  #highest = 0;
  #early: EarlyRange[] = [];
  #earlyBytes = 0;

  constructor(
    private readonly sink: ByteSink,
    private readonly timing: 'first-seen' | 'contiguous',
    /** The most bytes that may wait for a gap before them. */
    private readonly maxEarlyBytes = MAX_EARLY_BYTES,
  ) {}

  /** Has the stream's beginning been named? */
  get known(): boolean {
    return this.#known;
  }

  /** Every byte before this position has come. */
  get position(): number {
    return this.#position;
  }

  /** Sequence number of the byte at `position`: what the receiver of these bytes expects next. */
  get nextSequence(): number {
    return (this.#first + this.#position) >>> 0;
  }

  /** One past the last byte that came, in its turn or early. */
  get highest(): number {
    return this.#highest;
  }

  /** Bytes that wait for a gap before them. */
  get earlyBytes(): number {
    return this.#earlyBytes;
  }

  /** In how many pieces they wait. */
  get earlyRanges(): number {
    return this.#early.length;
  }

  /** Bytes missing before the first one that waits; 0 when none waits. */
  get gap(): number {
    const first = this.#early[0];
    return first === undefined ? 0 : first.start - this.#position;
  }

  /** Names the sequence number of the first byte: ISN + 1, or the first that was seen. */
  begin(sequence: number): void {
    this.#first = sequence;
    this.#known = true;
  }

  /**
   * Position in the stream of a sequence number: the one nearest to the present position, so that wrapping
   * does no harm.
   */
  positionOf(sequence: number): number {
    const present = (this.#first + this.#position) | 0;
    return this.#position + ((sequence - present) | 0);
  }

  /**
   * Takes a segment's payload `bytes[start, end)`.
   *
   * @returns false when too many bytes wait for a gap and these were left out
   */
  take(
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    t: number,
    frame: number,
  ): boolean {
    const from = this.positionOf(sequence);
    const to = from + end - start;
    if (to > this.#highest) this.#highest = to;
    if (to <= this.#position) return true;
    if (from > this.#position) return this.#keep(from, to, bytes, start, t, frame);
    const origin = start - from;
    while (this.#position < to) {
      // Where bytes came early, their first copy counts.
      const stop = Math.min(to, this.#early[0]?.start ?? to);
      if (stop > this.#position) {
        this.#emit(bytes, origin + this.#position, origin + stop, t, frame);
      }
      if (this.#early.length > 0) this.#drain(t, frame);
    }
    return true;
  }

  /**
   * Leaves out `length` bytes that will not come: the sink does not get them, and gets what waited behind
   * them.
   */
  leaveOut(length: number, t: number, frame: number): void {
    this.#position += length;
    if (this.#position > this.#highest) this.#highest = this.#position;
    if (this.#early.length > 0) this.#drain(t, frame);
  }

  #emit(bytes: Uint8Array, start: number, end: number, t: number, frame: number): void {
    // The position moves first: a sink that asks for it sees these bytes as come.
    this.#position += end - start;
    this.sink.push(bytes, start, end, t, frame);
  }

  /** Keeps a copy of the bytes that no earlier range has, in the order of their positions. */
  #keep(
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    t: number,
    frame: number,
  ): boolean {
    if (this.#earlyBytes + to - from > this.maxEarlyBytes) return false;
    if (this.#early.length >= MAX_EARLY_RANGES) return false;
    const origin = start - from;
    let at = this.#firstEndingAfter(from);
    let next = from;
    while (next < to) {
      while (at < this.#early.length && this.#early[at]!.end <= next) at++;
      const range = this.#early[at];
      const end = range === undefined ? to : Math.min(to, range.start);
      if (end > next) {
        const copy = bytes.slice(origin + next, origin + end);
        this.#early.splice(at, 0, { start: next, end, bytes: copy, t, frame });
        this.#earlyBytes += end - next;
      }
      next = Math.max(end, range === undefined ? to : range.end);
    }
    return true;
  }

  /** Index of the first range that waits and ends behind a position. */
  #firstEndingAfter(position: number): number {
    let low = 0;
    let high = this.#early.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#early[middle]!.end <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #drain(t: number, frame: number): void {
    let done = 0;
    for (const range of this.#early) {
      if (range.start > this.#position) break;
      done++;
      this.#earlyBytes -= range.end - range.start;
      if (range.end <= this.#position) continue;
      const skip = this.#position - range.start;
      const own = this.timing === 'first-seen';
      this.#emit(
        range.bytes,
        skip,
        range.bytes.length,
        own ? range.t : t,
        own ? range.frame : frame,
      );
    }
    this.#early.splice(0, done);
  }
}
