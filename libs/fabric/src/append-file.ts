import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { beginsAtPage, pageBytes } from './page-memory.js';

/** So many whole pages are worth a write of their own past the page cache. */
const fewestPages = 16;

/**
 * A file that only grows. Large pieces go to the disk past the page cache (O_DIRECT), where the filesystem can:
 * copying them there and writing them back later costs more than all else that a capture does, and takes the
 * guests' processor and caches. Smaller ones go the ordinary way. No page is written both ways but one after the
 * other, and the file is never longer than what was appended.
 */
export class AppendFile {
  readonly #file: FileHandle;
  /** The same file past the page cache; null where the filesystem cannot. */
  readonly #direct: FileHandle | null;
  #position = 0;

  private constructor(file: FileHandle, direct: FileHandle | null) {
    this.#file = file;
    this.#direct = direct;
  }

  /**
   * Creates the file, for its owner only.
   * @throws when it exists or cannot be made; nothing is left then
   */
  static async create(path: string): Promise<AppendFile> {
    const file = await open(path, 'wx', 0o600);
    try {
      return new AppendFile(file, await openDirect(path));
    } catch (error) {
      await file.close();
      await rm(path);
      throw error;
    }
  }

  /**
   * Where in its page the byte will stand that follows the next `bytes`. What is appended goes past the page cache
   * where it stands alike in the pages of memory that `allocatePages` made.
   */
  phaseAfter(bytes: number): number {
    return (this.#position + bytes) % pageBytes;
  }

  /** Appends bytes, which must not change until then. One call at a time. */
  async append(bytes: Uint8Array): Promise<void> {
    let at = 0;
    const pages = this.#wholePages(bytes);
    if (pages !== null && this.#direct !== null) {
      await this.#write(this.#file, bytes, 0, pages.start);
      // A write that ended short (a full disk) is finished, or refused, by the ordinary one below.
      at = pages.start + (await this.#writeOnce(this.#direct, bytes, pages.start, pages.end));
    }
    await this.#write(this.#file, bytes, at, bytes.length);
  }

  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#direct?.close()]);
  }

  /** The part of `bytes` that is whole pages both in memory and in the file, if it is large enough. */
  #wholePages(bytes: Uint8Array): { start: number; end: number } | null {
    const phase = this.phaseAfter(0);
    if (!beginsAtPage(bytes.buffer) || bytes.byteOffset % pageBytes !== phase) return null;
    const start = (pageBytes - phase) % pageBytes;
    const end = bytes.length - this.phaseAfter(bytes.length);
    return end - start >= fewestPages * pageBytes ? { start, end } : null;
  }

  async #write(file: FileHandle, bytes: Uint8Array, start: number, end: number): Promise<void> {
    for (let at = start; at < end;) at += await this.#writeOnce(file, bytes, at, end);
  }

  async #writeOnce(file: FileHandle, bytes: Uint8Array, at: number, end: number): Promise<number> {
    const { bytesWritten } = await file.write(bytes, at, end - at, this.#position);
    this.#position += bytesWritten;
    return bytesWritten;
  }
}

/** Opens a file for writing past the page cache; null where its filesystem cannot (EINVAL). */
async function openDirect(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_WRONLY | constants.O_DIRECT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return null;
    throw error;
  }
}
