import { OrderedStream, type ByteSink } from '@fenceline/capture/reading';
import { PduDecoder, PduFinder, type PduListener, type PduSender } from '@fenceline/nvme';

/** The most memory for bytes that wait for a missing segment: of one direction, and of all. */
const MAX_WAITING = 4 * 1024 * 1024;
const MAX_WAITING_IN_ALL = 64 * 1024 * 1024;
/** What one piece costs beside its bytes. */
const PIECE_BYTES = 512;
/**
 * How long a segment may come behind its own acknowledgement, in ns: several receive queues of a network card
 * are captured in no strict order.
 */
const LATEST_DISORDER = 50_000_000;
/** A sequence number that lies further back belongs to another connection. */
const FARTHEST_BACK = 64 * 1024 * 1024;

/** What went wrong in one direction of a connection. */
export interface StreamTrouble {
  /** Bytes that the capture lacks, or passed over in the search for a PDU. */
  missingBytes: number;
  /** How often the decoder lost its way. */
  losses: number;
}

/** Memory for bytes that wait, of all connections. */
export interface Waiting {
  bytes: number;
}

/**
 * One direction of a connection seen at one place: segments in, PDUs to a listener. Where bytes are missing, or
 * the connection was open already, it looks for the next PDU and goes on there.
 */
export class StreamHalf implements ByteSink {
  /** Was a PDU found at all? */
  found = false;
  closed = false;
  readonly #stream: OrderedStream;
  readonly #decoder: PduDecoder;
  readonly #finder: PduFinder;
  #searching = true;
  #gapSince = 0;
  /** Its part of `waiting`. */
  #charged = 0;

  constructor(
    sender: PduSender,
    listener: Omit<PduListener, 'onLost'>,
    private readonly trouble: StreamTrouble,
    private readonly waiting: Waiting,
  ) {
    this.#stream = new OrderedStream(this, 'first-seen', MAX_WAITING);
    this.#finder = new PduFinder(sender);
    this.#decoder = new PduDecoder({
      onHeader: (pdu) => listener.onHeader(pdu),
      onData: (pdu, bytes, start, end, at) => listener.onData(pdu, bytes, start, end, at),
      onEnd: (pdu) => listener.onEnd(pdu),
      onLost: () => {
        trouble.losses++;
        this.#searching = true;
      },
    });
  }

  /** Did any byte of it come? */
  get hasBytes(): boolean {
    return this.#stream.highest > 0;
  }

  /** Was a segment taken already? */
  get known(): boolean {
    return this.#stream.known;
  }

  /** Bytes wait for others that are missing before them. */
  get hasGap(): boolean {
    return this.#stream.gap > 0;
  }

  begin(sequence: number): void {
    this.#stream.begin(sequence);
  }

  /** Does a segment with this sequence number belong to an earlier or later connection of the same ports? */
  isForeign(sequence: number): boolean {
    return this.#stream.positionOf(sequence) < this.#stream.position - FARTHEST_BACK;
  }

  /**
   * Takes a segment's payload, `bytes[start, end)`, of which the capture left out the last `cut` bytes.
   */
  take(
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    cut: number,
    t: number,
    frame: number,
  ): void {
    const stream = this.#stream;
    const hadGap = this.#charged > 0;
    if (end > start && !stream.take(sequence, bytes, start, end, t, frame)) {
      this.giveUpGaps(t, frame);
      stream.take(sequence, bytes, start, end, t, frame);
    }
    if (cut > 0) {
      const from = stream.positionOf(sequence) + end - start;
      if (from <= stream.position && stream.position < from + cut) {
        this.#leaveOut(from + cut - stream.position, t, frame);
      }
    }
    if (hadGap || stream.gap > 0) {
      if (!hadGap) this.#gapSince = t;
      this.#charge();
      if (this.#charged > MAX_WAITING || this.waiting.bytes > MAX_WAITING_IN_ALL) {
        this.giveUpGaps(t, frame);
      }
    }
  }

  /** The other end acknowledged bytes: a gap before them will not be filled. */
  acknowledged(sequence: number, t: number, frame: number): void {
    const stream = this.#stream;
    if (stream.gap === 0 || t - this.#gapSince < LATEST_DISORDER) return;
    if (stream.positionOf(sequence) >= stream.position + stream.gap) this.giveUpGaps(t, frame);
  }

  /** Goes on behind all bytes that are missing. */
  giveUpGaps(t: number, frame: number): void {
    if (this.#stream.gap === 0) return;
    while (this.#stream.gap > 0) this.#leaveOut(this.#stream.gap, t, frame);
    this.#charge();
  }

  push(bytes: Uint8Array, start: number, end: number, t: number, frame: number): void {
    let at = start;
    while (at < end) {
      if (this.#searching) at = this.#find(bytes, at, end, t, frame);
      // Where it loses its way, the next PDU may begin in the same bytes.
      if (at < end) at = this.#decoder.push(bytes, at, end, t, frame);
    }
  }

  /** Looks for a PDU; returns where to go on decoding, which is `end` when there is none. */
  #find(bytes: Uint8Array, start: number, end: number, t: number, frame: number): number {
    const at = this.#finder.find(bytes, start, end);
    if (at < 0) {
      this.trouble.missingBytes += end - start;
      return end;
    }
    const { before } = this.#finder;
    this.#searching = false;
    this.found = true;
    // The PDU's first bytes, which came earlier, were taken for missing then.
    this.trouble.missingBytes += at - start - before.length;
    this.#decoder.restart();
    if (before.length > 0) this.#decoder.push(before, 0, before.length, t, frame);
    return at;
  }

  #charge(): void {
    const charge = this.#stream.earlyBytes + PIECE_BYTES * this.#stream.earlyRanges;
    this.waiting.bytes += charge - this.#charged;
    this.#charged = charge;
  }

  #leaveOut(length: number, t: number, frame: number): void {
    this.trouble.missingBytes += length;
    if (this.#searching) this.#finder.restart();
    else this.#decoder.skip(length, t, frame);
    this.#stream.leaveOut(length, t, frame);
  }
}
