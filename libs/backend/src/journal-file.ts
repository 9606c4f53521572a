import { JournalEncoder } from '@fenceline/capture';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Journal } from './journal.js';

/** Records wait at most this long for the file. */
const FLUSH_AFTER_MS = 100;

/** Records of this many bytes go to the file at once. */
const FLUSH_AT_BYTES = 256 * 1024;

/** With this many bytes not yet in the file no more requests should be taken. */
const FULL_AT_BYTES = 8 * 1024 * 1024;

export interface JournalWatcher {
  /** The backlog has become shorter. */
  onRoom(): void;
  /** The file cannot be written; nothing more will be. */
  onFailure(error: Error): void;
}

/**
 * The journal's file: what is recorded with {@link encoder} is appended in the background, in order, one
 * write at a time. Call {@link touched} after recording.
 */
export class JournalFile implements Journal {
  readonly encoder: JournalEncoder;
  readonly #file: FileHandle;
  readonly #watcher: JournalWatcher;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #inFlight = 0;
  #spare: Uint8Array<ArrayBuffer> | undefined;
  #failed = false;

  private constructor(file: FileHandle, blockSize: number, watcher: JournalWatcher) {
    this.#file = file;
    this.encoder = new JournalEncoder(blockSize);
    this.#watcher = watcher;
  }

  /** @throws when there is such a file already: a journal is never overwritten. */
  static async create(
    path: string,
    blockSize: number,
    watcher: JournalWatcher,
  ): Promise<JournalFile> {
    return new JournalFile(await open(path, 'wx', 0o644), blockSize, watcher);
  }

  /** The backlog is at its bound: requests taken now would only make it longer. */
  get full(): boolean {
    return this.#failed || this.encoder.waiting + this.#inFlight >= FULL_AT_BYTES;
  }

  /** Something was recorded: sees to it that it reaches the file in time. */
  touched(): void {
    if (this.encoder.waiting >= FLUSH_AT_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_AFTER_MS);
  }

  /** Records the end and closes the file when all is in it. */
  async close(t: number): Promise<void> {
    this.encoder.ended(t);
    do {
      this.#flush();
      await this.#writing;
    } while (this.encoder.waiting > 0 && !this.#failed);
    this.#stopTimer();
    await this.#file.close();
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flush(): void {
    if (this.#writing !== null || this.#failed || this.encoder.waiting === 0) return;
    this.#stopTimer();
    const bytes = this.encoder.take(this.#spare);
    this.#spare = undefined;
    this.#inFlight = bytes.length;
    this.#writing = this.#append(bytes).then(
      () => {
        this.#writing = null;
        this.#inFlight = 0;
        this.#spare = bytes;
        if (this.encoder.waiting > 0) this.touched();
        this.#watcher.onRoom();
      },
      (error: unknown) => {
        this.#writing = null;
        this.#failed = true;
        this.#watcher.onFailure(new Error('the journal cannot be written', { cause: error }));
      },
    );
  }

  async #append(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done);
      done += bytesWritten;
    }
  }
}
