import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Medium } from './medium.js';

/** Granularity in which the file remembers what was ever written. */
const CHUNK_BYTES = 64 * 1024;

const zeros = new Uint8Array(CHUNK_BYTES);

/** A medium in a new sparse file. */
export class FileMedium implements Medium {
  readonly size: number;
  readonly immediate = false;
  readonly #file: FileHandle;
  /** One byte a chunk: 1 once something was written there. Other chunks are holes and read as zeros. */
  readonly #written: Uint8Array;

  private constructor(file: FileHandle, size: number) {
    this.size = size;
    this.#file = file;
    this.#written = new Uint8Array(Math.ceil(size / CHUNK_BYTES));
  }

  /**
   * Creates the file, of `size` bytes and readable by its owner alone.
   * @throws when there is such a file already: a medium begins empty.
   */
  static async create(path: string, size: number): Promise<FileMedium> {
    const file = await open(path, 'wx+', 0o600);
    try {
      await file.truncate(size);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new FileMedium(file, size);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await this.#file.read(into, done, into.length - done, offset + done);
      if (bytesRead === 0) throw new Error('the file of the medium has become shorter');
      done += bytesRead;
    }
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    const last = Math.floor((offset + data.length - 1) / CHUNK_BYTES);
    this.#written.fill(1, Math.floor(offset / CHUNK_BYTES), last + 1);
    await this.#store(offset, data);
  }

  /** Writes zeros where something was written and leaves holes alone. */
  async zero(offset: number, length: number): Promise<void> {
    const end = offset + length;
    for (let at = offset; at < end;) {
      const chunk = Math.floor(at / CHUNK_BYTES);
      const next = Math.min(end, (chunk + 1) * CHUNK_BYTES);
      if (this.#written[chunk] === 1) await this.#store(at, zeros.subarray(0, next - at));
      at = next;
    }
  }

  async flush(): Promise<void> {
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #store(offset: number, data: Uint8Array): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const { bytesWritten } = await this.#file.write(
        data,
        done,
        data.length - done,
        offset + done,
      );
      done += bytesWritten;
    }
  }
}
