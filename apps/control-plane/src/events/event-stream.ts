import type { EventsReset, LiveEvent } from '@fenceline/contracts/api';
import { Loop } from '../background/loop.js';
import type { EventFilter, EventReader } from './event-reader.js';
import { formatEvent, type EventSink } from './event-sink.js';

export interface EventStreamOptions {
  reader: Pick<EventReader, 'after'>;
  sink: EventSink;
  filter: EventFilter;
  /** The number of the last event that the reader has. */
  position: bigint;
  /** The longest silence, ms. */
  heartbeatMs: number;
  onError: (error: unknown) => void;
}

/** Sends one reader what happens, from a place on: each event once, in the order of their numbers. */
export class EventStream {
  private readonly loop: Loop;
  private position: bigint;
  private lastSentMs = -Infinity;
  private dropped = 0;

  constructor(private readonly options: EventStreamOptions) {
    this.position = options.position;
    this.loop = new Loop({
      name: 'event stream',
      everyMs: restOf(options.heartbeatMs),
      turn: () => this.turn(),
      onError: (error) => options.onError(error),
    });
  }

  start(): void {
    this.loop.start();
  }

  /** There are new events. */
  wake(): void {
    this.loop.wake();
  }

  async stop(): Promise<void> {
    this.options.sink.end();
    await this.loop.stop();
  }

  /** Live parts are not kept for a reader that is behind: it is told how many it missed. */
  live({ jobId, attemptId, parts }: Omit<LiveEvent, 'dropped'>): void {
    const { sink } = this.options;
    if (sink.behind) {
      this.dropped += parts.length;
      return;
    }
    const data: LiveEvent = { jobId, attemptId, parts, dropped: this.dropped };
    this.dropped = 0;
    void sink.write(formatEvent({ event: 'live', data }));
  }

  private async turn(): Promise<void> {
    const { reader, sink, filter, heartbeatMs } = this.options;
    let more = true;
    while (more && sink.open) {
      const { events, start, ...page } = await reader.after(this.position, filter);
      if (start !== this.position) await this.send(resetEvent(this.position, start));
      if (events.length > 0) {
        await this.send(events.map((data) => formatEvent({ id: data.number, data })).join(''));
      }
      this.position = page.position;
      more = page.more;
    }
    // With the rest between two turns, silence is no longer than a heartbeat. The number moves a quiet reader on, so that
    // it need not start at its last event when it comes back.
    if (performance.now() - this.lastSentMs >= heartbeatMs - restOf(heartbeatMs)) {
      await this.send(`: heartbeat\nid: ${this.position}\n\n`);
    }
  }

  private async send(text: string): Promise<void> {
    this.lastSentMs = performance.now();
    await this.options.sink.write(text);
  }
}

function restOf(heartbeatMs: number): number {
  return heartbeatMs / 3;
}

function resetEvent(after: bigint, start: bigint): string {
  const data: EventsReset = { after: String(after), next: String(start + 1n) };
  return formatEvent({ id: String(start), event: 'reset', data });
}
