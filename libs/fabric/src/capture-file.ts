import { rm } from 'node:fs/promises';
import { PcapngEncoder, type PacketDirection } from '@fenceline/capture';
import { AppendFile } from './append-file.js';
import { captureBacklogBytes, captureFlushBytes, captureFlushMs } from './limits.js';
import { allocatePages } from './page-memory.js';

export interface CaptureFileOptions {
  path: string;
  /** Name of the vantage point, e.g. `A.host`. */
  name: string;
  description: string;
  startedAtWallSeconds: number;
  /** Called when `full` may have become false. */
  onRoom: () => void;
  /** Called once when the file cannot be written; nothing is captured from then on. */
  onFailure: (error: Error) => void;
}

const bufferBytes = 2 * captureFlushBytes;

/**
 * The pcapng file of one vantage point. Packets are appended to a buffer and written to the file in
 * order, in the background; the file only ever grows, so it can be read whenever its writer was killed.
 */
export class CaptureFile {
  readonly #file: AppendFile;
  readonly #options: CaptureFileOptions;
  /** The encoder fills the first one while the second one is written, and so on in turn. */
  readonly #memory = [allocatePages(bufferBytes), allocatePages(bufferBytes)] as const;
  #turn = 0;
  readonly #encoder = new PcapngEncoder(this.#memory[0]);
  #notes: string[] = [];
  #bytesInWrite = 0;
  /** A write is queued that will take whatever is encoded when its turn comes. */
  #queued = false;
  #writes: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #failure: Error | null = null;

  private constructor(file: AppendFile, options: CaptureFileOptions) {
    this.#file = file;
    this.#options = options;
    this.#encoder.section('fenceline');
    this.#encoder.describeInterface({
      name: options.name,
      description: options.description,
      timestampOffsetSeconds: Math.floor(options.startedAtWallSeconds),
    });
  }

  /** Creates the file, which must not exist, and writes its header; on failure no file is left. */
  static async open(options: CaptureFileOptions): Promise<CaptureFile> {
    const { path } = options;
    let file: AppendFile;
    try {
      file = await AppendFile.create(path);
    } catch (error) {
      throw new Error(`cannot create the capture ${path}: ${reasonOf(error)}`, { cause: error });
    }
    const capture = new CaptureFile(file, options);
    try {
      await capture.flush();
    } catch (error) {
      await file.close();
      await rm(path);
      throw error;
    }
    return capture;
  }

  /** So much waits for the file that the senders should not be read. */
  get full(): boolean {
    return this.#encoder.length + this.#bytesInWrite >= captureBacklogBytes;
  }

  /** A text for the next packet, whichever it is. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Captures one frame; its bytes are copied. */
  packet(t: number, frame: Uint8Array, direction: PacketDirection, comment: string | null): void {
    if (this.#failure !== null) return;
    if (comment === null && this.#notes.length === 0) {
      this.#encoder.packet(t, frame, direction);
    } else {
      const comments = this.#notes;
      this.#notes = [];
      if (comment !== null) comments.push(comment);
      this.#encoder.packet(t, frame, direction, comments);
    }
    if (this.#encoder.length >= captureFlushBytes) this.#queueWrite();
    else this.#timer ??= setTimeout(() => this.#queueWrite(), captureFlushMs);
  }

  /** Resolves when everything captured so far is in the file; rejects when the file cannot be written. */
  async flush(): Promise<void> {
    this.#queueWrite();
    await this.#writes;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Writes the rest and closes the file. A failure was told by `onFailure` and is not thrown again. */
  async close(): Promise<void> {
    this.#queueWrite();
    await this.#writes;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#file.close();
  }

  #queueWrite(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.#writes = this.#writes.then(() => this.#write());
  }

  async #write(): Promise<void> {
    this.#queued = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#failure !== null || this.#encoder.length === 0) return;
    this.#turn = 1 - this.#turn;
    const phase = this.#file.phaseAfter(this.#encoder.length);
    const bytes = this.#encoder.take(this.#memory[this.#turn]!, phase);
    this.#bytesInWrite = bytes.length;
    try {
      await this.#file.append(bytes);
    } catch (error) {
      this.#failure = new Error(
        `cannot write the capture ${this.#options.path}: ${reasonOf(error)}`,
        { cause: error },
      );
      this.#options.onFailure(this.#failure);
    }
    this.#bytesInWrite = 0;
    this.#options.onRoom();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
