import { PcapngReader, type CapturedPacket, type Side } from '@fenceline/capture';

/** One capture of a recording: the frames of a link, seen at one of its ends. */
export interface CaptureInput {
  link: string;
  side: Side;
  /** Name in the evidence, for references to frames. */
  file: string;
  /** The file's bytes. A chunk must not be overwritten after it was handed over. */
  chunks: AsyncIterable<Uint8Array>;
}

/** Reads one capture frame by frame, a chunk of the file at a time. */
export class CaptureCursor {
  /** The present frame; valid while `ended` is false. */
  t = 0;
  bytes: Uint8Array = new Uint8Array(0);
  number = 0;
  ended = false;
  /** Time of the last frame read. */
  lastAt = 0;
  /** Why the capture cannot be trusted, with the time from which on; null when it can. */
  problem: { t: number; message: string } | null = null;

  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #reader: PcapngReader;
  readonly #times: number[] = [];
  readonly #frames: Uint8Array[] = [];
  #first = 1;
  #at = -1;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(readonly input: CaptureInput) {
    this.#chunks = input.chunks[Symbol.asyncIterator]();
    this.#reader = new PcapngReader((packet) => this.#keep(packet));
  }

  /** Goes to the next frame if it has been read; false when `read` must be awaited first. */
  advance(): boolean {
    if (++this.#at >= this.#times.length) return false;
    this.t = this.#times[this.#at]!;
    this.bytes = this.#frames[this.#at]!;
    this.number = this.#first + this.#at;
    return true;
  }

  /** Reads on in the file and goes to the next frame, or sets `ended`. */
  async read(): Promise<void> {
    do {
      this.#first += this.#times.length;
      this.#times.length = 0;
      this.#frames.length = 0;
      this.#at = -1;
      const next = await this.#chunks.next();
      if (next.done === true) {
        this.ended = true;
        const { cut } = this.#reader.end();
        if (cut !== null) this.#doubt(`it is cut at byte ${cut.offset}: ${cut.reason}`);
        return;
      }
      this.#chunk = next.value;
      this.#reader.push(next.value);
    } while (!this.advance());
  }

  #keep(packet: CapturedPacket): void {
    const { bytes, t, originalLength, number } = packet;
    if (t < this.lastAt) this.#doubt(`time goes back at frame ${number}`);
    if (originalLength > bytes.length) this.#doubt(`frame ${number} is not captured whole`);
    // A packet that spans chunks lies in a buffer of the reader, which is used again.
    const isLent = bytes.buffer !== this.#chunk.buffer;
    this.#times.push(t);
    this.#frames.push(isLent ? bytes.slice() : bytes);
    this.lastAt = t;
  }

  #doubt(message: string): void {
    this.problem ??= { t: this.lastAt, message };
  }
}
