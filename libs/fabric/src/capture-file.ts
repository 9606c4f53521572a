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
  /** A write is queued that will take what is encoded when its turn comes: the whole pages of it, or all. */
  #queued: 'pages' | 'all' | null = null;
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

  /**
   * Captures frames of one moment; their bytes are copied.
   *
   * @param encoded the same frames as another capture returned them: copied in one piece, if nothing is to be said
   * @returns their blocks if nothing was said about them, valid until the next packet
   */
  packets(
    t: number,
    frames: readonly Uint8Array[],
    direction: PacketDirection,
    comment: string | null,
    encoded: Uint8Array | null = null,
  ): Uint8Array | null {
    if (this.#failure !== null) return null;
    const encoder = this.#encoder;
    const before = encoder.length;
    const plain = comment === null && this.#notes.length === 0;
    if (!plain) this.#commented(t, frames, direction, comment);
    else if (encoded !== null) encoder.repeat(encoded, t, direction);
    else for (const frame of frames) encoder.packet(t, frame, direction);
    if (encoder.length >= captureFlushBytes) this.#queueWrite('pages');
    else this.#writeSoon();
    return plain ? encoder.since(before) : null;
  }

  /** Resolves when everything captured so far is in the file; rejects when the file cannot be written. */
  async flush(): Promise<void> {
    this.#queueWrite('all');
    await this.#writes;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Writes the rest and closes the file. A failure was told by `onFailure` and is not thrown again. */
  async close(): Promise<void> {
    this.#queueWrite('all');
    await this.#writes;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#file.close();
  }

  #commented(
    t: number,
    frames: readonly Uint8Array[],
    direction: PacketDirection,
    comment: string | null,
  ): void {
    const comments = comment === null ? [] : [comment];
    for (const frame of frames) {
      this.#encoder.packet(t, frame, direction, [...this.#notes, ...comments]);
      this.#notes = [];
    }
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#queueWrite('all'), captureFlushMs);
  }

  #queueWrite(what: 'pages' | 'all'): void {
    const queued = this.#queued;
    if (queued !== 'all') this.#queued = what;
    if (queued === null) this.#writes = this.#writes.then(() => this.#write());
  }

  async #write(): Promise<void> {
    const file = this.#file;
    const { length } = this.#encoder;
    // What is left of a page goes with the next piece, past the page cache too, or when the timer says so.
    const rest = this.#queued === 'pages' ? file.phaseAfter(length) : 0;
    this.#queued = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#failure !== null || length === 0) return;
    this.#turn = 1 - this.#turn;
    const phase = file.phaseAfter(length - rest);
    const bytes = this.#encoder.take(this.#memory[this.#turn]!, phase, rest);
    if (rest > 0) this.#writeSoon();
    this.#bytesInWrite = bytes.length;
    try {
      await file.append(bytes);
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
