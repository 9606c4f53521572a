/** Tells where records end, and takes them, for a `RecordCutter`. */
export interface RecordFormat {
  /**
   * Length of the record at `at`. Negative when too few bytes tell it: the bytes wanted, times -1;
   * `unreadable` when it is no record.
   */
  sizeOf(view: DataView, at: number, available: number): number;
  /** Reads one whole record, only lent; false when it is corrupt. */
  read(bytes: Uint8Array, view: DataView, at: number, size: number): boolean;
}

/** No record can be read from here on. */
export const unreadable = 0;

const noBytes = new Uint8Array(0);

/**
 * Cuts a stream, which comes in chunks of any size, into records. A record that lies in one chunk is read in
 * place; one that spans chunks is put together in a buffer as long as the longest such record.
 */
export class RecordCutter {
  /** Bytes of whole, sound records so far. */
  soundBytes = 0;
  #stopped = false;
  /** Beginning of a record whose end has not come yet. */
  #rest = noBytes;
  #restView: DataView = new DataView(noBytes.buffer);
  #restLength = 0;

  constructor(private readonly format: RecordFormat) {}

  /** Does the stream end inside a record, as far as it came? */
  get insideRecord(): boolean {
    return this.#restLength > 0;
  }

  /** Reads on. After an unreadable or corrupt record further chunks are ignored. */
  push(chunk: Uint8Array): void {
    if (this.#stopped) return;
    let at = this.#restLength > 0 ? this.#completeRest(chunk) : 0;
    if (at >= chunk.length) return;
    const view = viewOf(chunk);
    while (at < chunk.length) {
      const size = this.format.sizeOf(view, at, chunk.length - at);
      if (size === unreadable) {
        this.#stopped = true;
        return;
      }
      if (size < 0 || size > chunk.length - at) {
        this.#keep(chunk, at, chunk.length);
        return;
      }
      if (!this.#read(chunk, view, at, size)) return;
      at += size;
    }
  }

  #read(bytes: Uint8Array, view: DataView, at: number, size: number): boolean {
    if (this.format.read(bytes, view, at, size)) {
      this.soundBytes += size;
      return true;
    }
    this.#stopped = true;
    return false;
  }

  /**
   * Completes the kept beginning of a record from `chunk`; returns how many of its bytes are done with, which is
   * all of them where the record cannot be read.
   */
  #completeRest(chunk: Uint8Array): number {
    let at = 0;
    for (;;) {
      const size = this.format.sizeOf(this.#restView, 0, this.#restLength);
      if (size === unreadable) {
        this.#stopped = true;
        return chunk.length;
      }
      if (size === this.#restLength) {
        this.#restLength = 0;
        return this.#read(this.#rest, this.#restView, 0, size) ? at : chunk.length;
      }
      if (at === chunk.length) return at;
      const end = Math.min(chunk.length, at + Math.abs(size) - this.#restLength);
      this.#keep(chunk, at, end);
      at = end;
    }
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#restLength + end - start;
    if (length > this.#rest.length) {
      const grown = new Uint8Array(Math.max(length, this.#rest.length * 2, 4096));
      grown.set(this.#rest.subarray(0, this.#restLength));
      this.#rest = grown;
      this.#restView = viewOf(grown);
    }
    this.#rest.set(chunk.subarray(start, end), this.#restLength);
    this.#restLength = length;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
