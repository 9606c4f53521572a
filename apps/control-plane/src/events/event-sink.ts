import type { Writable } from 'node:stream';

/** One event of a stream, its data as JSON: a line break or a `<` in it is escaped or inside a string. */
export interface SentEvent {
  /** Where a reader that comes back goes on. */
  id?: string;
  /** Absent: `message`. */
  event?: string;
  data: unknown;
}

/** As in a `text/event-stream` (HTML standard, server-sent events). */
export function formatEvent({ id, event, data }: SentEvent): string {
  return [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    `data: ${JSON.stringify(data)}`,
    '',
    '',
  ].join('\n');
}

/**
 * The end of a stream that a reader reads. What waits for a slow reader is bounded: whoever writes waits until it has
 * read, and one that does not read for a while is cut. It comes back with the last number it saw.
 */
export class EventSink {
  private ended = false;

  constructor(
    private readonly stream: Writable,
    /** How long a reader may leave what was sent to it, ms. */
    private readonly patienceMs: number,
  ) {
    stream.once('close', () => (this.ended = true));
    stream.on('error', () => stream.destroy());
  }

  get open(): boolean {
    return !this.ended;
  }

  /** Whether something waits for the reader. */
  get behind(): boolean {
    return this.stream.writableNeedDrain;
  }

  /** Resolves when there is room for more, or the stream is closed. */
  async write(text: string): Promise<void> {
    if (this.ended || this.stream.write(text)) return;
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => this.stream.destroy(), this.patienceMs);
      const done = () => {
        clearTimeout(cut);
        this.stream.off('drain', done).off('close', done);
        resolve();
      };
      this.stream.on('drain', done).on('close', done);
    });
  }

  /** The reader sees that the stream ends; one that is behind is cut. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.behind) this.stream.destroy();
    else this.stream.end();
  }
}
