/** Writes rows to a stream, many at a time, no faster than it takes them. */
export class RowWriter {
  #text = '';
  #ended = false;

  constructor(private readonly stream: NodeJS.WriteStream) {
    stream.once('error', () => (this.#ended = true));
    stream.once('close', () => (this.#ended = true));
  }

  add(row: string): void {
    this.#text += row;
  }

  /** Writes what was added and waits for a slow reader; false when nobody reads any more. */
  async flush(): Promise<boolean> {
    const text = this.#text;
    this.#text = '';
    if (text === '' || this.#ended) return !this.#ended;
    if (!this.stream.write(text)) await this.#drained();
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
