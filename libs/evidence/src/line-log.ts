import { open, type FileHandle } from 'node:fs/promises';
import { EvidenceError, evidenceError } from './evidence-error.js';

/**
 * A file to which whole lines are appended, without making the caller wait.
 *
 * Lines given while a write is under way go out together with the next one, so a burst costs one system
 * call and a quiet log is on disk at once. A process that dies loses at most the write under way, and
 * what it leaves is cut at most in its last line. What waits is bounded: beyond it the log fails, because
 * a disk that far behind would silently eat the memory of the recorder.
 */
export class LineLog {
  private waiting: string[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | null = null;
  private failure: EvidenceError | null = null;
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    private readonly onError: (error: EvidenceError) => void,
  ) {}

  /**
   * @param onError is told of the first failure, once; later lines are then dropped.
   * @throws EvidenceError when the file cannot be made.
   */
  static async open(path: string, onError: (error: EvidenceError) => void): Promise<LineLog> {
    try {
      return new LineLog(await open(path, 'ax', 0o644), path, onError);
    } catch (error) {
      throw evidenceError('make', path, error);
    }
  }

  /** Appends one line; `line` has no line end of its own. */
  append(line: string): void {
    if (this.failure || this.closing) return;
    this.waiting.push(line);
    this.waitingBytes += line.length;
    if (this.waitingBytes > maxWaitingBytes) {
      this.fail(new EvidenceError(`could not write ${this.path}: the disk is too slow`));
      return;
    }
    this.writing ??= this.drain();
  }

  /**
   * Waits until everything given so far is in the file.
   *
   * @throws EvidenceError when a write failed, then or earlier.
   */
  async flush(): Promise<void> {
    while (this.writing) await this.writing;
    if (this.failure) throw this.failure;
  }

  /** Flushes and closes, once; the file is closed even when the flush fails. Later lines are dropped. */
  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    try {
      await this.flush();
      await this.file.sync();
    } catch (error) {
      throw evidenceError('write', this.path, error);
    } finally {
      await this.file.close();
    }
  }

  private async drain(): Promise<void> {
    try {
      while (this.waiting.length > 0 && !this.failure) {
        const text = this.waiting.join('\n') + '\n';
        this.waiting = [];
        this.waitingBytes = 0;
        await this.file.appendFile(text);
      }
    } catch (error) {
      this.fail(evidenceError('write', this.path, error));
    } finally {
      this.writing = null;
    }
  }

  private fail(error: EvidenceError): void {
    if (this.failure) return;
    this.failure = error;
    this.waiting = [];
    this.onError(error);
  }
}

const maxWaitingBytes = 64 * 1024 * 1024;

/** A line of a console's log. A console may carry any bytes; one line of it must stay one line here. */
export function consoleLine(t: number, text: string): string {
  return `${t} ${text.replace(/[\r\n]+/g, ' ')}`;
}
