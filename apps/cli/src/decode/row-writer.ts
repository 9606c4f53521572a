import { RowBuffer } from './row-buffer.js';

/** Writes rows to a stream, many at a time, no faster than it takes them. */
export class RowWriter {
  /** The rows that wait to be written. */
  readonly rows = new RowBuffer();
  #ended = false;

  constructor(private readonly stream: NodeJS.WriteStream) {
    stream.once('error', () => (this.#ended = true));
    stream.once('close', () => (this.#ended = true));
  }

  /** Writes what waits and waits for a slow reader; false when nobody reads any more. */
  async flush(): Promise<boolean> {
    const rows = this.rows.take();
    if (rows.length === 0 || this.#ended) return !this.#ended;
    if (!this.stream.write(rows)) await this.#drained();
    return !this.#ended;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        for (const event of events) this.stream.off(event, done);
        resolve();
      };
      for (const event of events) this.stream.on(event, done);
    });
  }
}

const events = ['drain', 'error', 'close'] as const;
