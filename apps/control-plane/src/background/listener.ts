import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import pg from 'pg';
import { SETTINGS, type Settings } from '../settings/settings.js';

/** Rest before the connection is tried again, ms. */
const reconnectMs = 250;

/**
 * Hears Postgres's notifications on one connection of its own. What is notified while the connection is broken is
 * not heard: once it is back every subscriber is called, as if each channel had been notified.
 */
@Injectable()
export class Listener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly subscribers = new Map<string, Set<() => void>>();
  private client: pg.Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private ended = false;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** Calls `wake` whenever `channel` is notified, and after a time in which that may have been missed. */
  on(channel: string, wake: () => void): void {
    const wakes = this.subscribers.get(channel) ?? new Set();
    if (wakes.size === 0) {
      this.subscribers.set(channel, wakes);
      this.client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`).catch(ignore);
    }
    wakes.add(wake);
  }

  /** A start without Postgres is none of its business: it goes on trying. */
  async onApplicationBootstrap(): Promise<void> {
    await this.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.client?.end();
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.settings.DATABASE_URL,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on('error', ignore);
    client.on('notification', ({ channel }) => this.call(channel));
    client.once('end', () => this.reconnectLater(client));
    try {
      await client.connect();
      this.client = client;
      if (this.ended) await client.end();
      for (const channel of this.subscribers.keys()) {
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      }
      for (const channel of this.subscribers.keys()) this.call(channel);
    } catch {
      // `end` follows, or was there already.
      await client.end().catch(ignore);
      this.reconnectLater(client);
    }
  }

  private reconnectLater(client: pg.Client): void {
    if (this.client === client) this.client = null;
    if (this.ended || this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.connect();
    }, reconnectMs);
  }

  private call(channel: string): void {
    for (const wake of this.subscribers.get(channel) ?? []) wake();
  }
}

function ignore(): void {
  // The connection's end tells all that there is to know.
}
