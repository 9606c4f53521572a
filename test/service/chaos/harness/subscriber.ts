import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.js';
import type { Service } from './service.js';

/** Reads the events from 0 on, at whatever control plane is there, and goes on after the last one that it saw. */
export class Subscriber {
  readonly seen: { number: number; type: string }[] = [];
  /** How often it was connected anew. */
  connections = 0;
  private readonly ended = new AbortController();
  private readonly reading: Promise<void>;

  constructor(
    private readonly service: Service,
    private readonly random: Random,
  ) {
    this.reading = this.read();
  }

  get last(): number {
    return this.seen.at(-1)?.number ?? 0;
  }

  async end(): Promise<void> {
    this.ended.abort();
    await this.reading;
  }

  private async read(): Promise<void> {
    while (!this.ended.signal.aborted) {
      // Cut off by a control plane that ended, or with it: the next one goes on.
      await this.follow().catch(() => undefined);
      await delay(20);
    }
  }

  private async follow(): Promise<void> {
    const urls = this.service.urls();
    const url = urls[this.connections % urls.length];
    if (url === undefined) return;
    const response = await fetch(`${url}/api/v1/events?after=${this.last}`, {
      headers: { authorization: `Bearer ${this.service.token}` },
      signal: this.ended.signal,
    });
    this.connections += 1;
    if (!response.ok || response.body === null) return;
    // It breaks off by itself too, so that it begins anew in many places.
    const most = this.seen.length + 20 + this.random.below(200);
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) this.take(part);
      if (this.seen.length > most) return;
    }
  }

  /** One event of the stream; comments and what has no number are none of the log. */
  private take(part: string): void {
    const fields = new Map(
      part.split('\n').map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
      }),
    );
    const number = fields.get('id');
    const data = fields.get('data');
    if (number === undefined || data === undefined) return;
    const { type = fields.get('event') ?? '' } = JSON.parse(data) as { type?: string };
    this.seen.push({ number: Number(number), type });
  }
}
