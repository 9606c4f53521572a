import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { LiveEvent } from '@fenceline/contracts/api';
import type { Redis } from 'ioredis';
import { Doorbell } from '../redis/doorbell.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

export type LiveParts = Pick<LiveEvent, 'attemptId' | 'parts'>;
type Watcher = (parts: LiveParts) => void;

/**
 * Carries live parts from the control plane that a worker talks to, to those that the watchers of its job are at: by
 * Redis's publish and subscribe, which keeps nothing. While Redis is away they are lost, and nothing else is.
 */
@Injectable()
export class LiveChannel implements OnApplicationShutdown {
  private readonly watchers = new Map<string, Set<Watcher>>();
  /** Made for the first watcher: a connection that subscribes can do nothing else. */
  private subscriber: Redis | null = null;

  constructor(
    private readonly doorbell: Doorbell,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Lost where nobody watches, or Redis is away. */
  async publish(jobId: string, parts: LiveParts): Promise<void> {
    if (!this.doorbell.up) return;
    await this.doorbell.redis.publish(this.nameOf(jobId), JSON.stringify(parts)).catch(ignore);
  }

  /** @returns a function that ends it */
  watch(jobId: string, watcher: Watcher): () => void {
    const name = this.nameOf(jobId);
    const watchers = this.watchers.get(name) ?? new Set();
    if (watchers.size === 0) {
      this.watchers.set(name, watchers);
      this.connection().subscribe(name).catch(ignore);
    }
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size > 0 || !this.watchers.delete(name)) return;
      this.connection().unsubscribe(name).catch(ignore);
    };
  }

  onApplicationShutdown(): void {
    this.subscriber?.disconnect();
  }

  private nameOf(jobId: string): string {
    return `${this.settings.FENCELINE_REDIS_PREFIX}:live:${jobId}`;
  }

  private connection(): Redis {
    if (this.subscriber === null) {
      // It subscribes again by itself when it was cut.
      this.subscriber = this.doorbell.redis.duplicate({ enableOfflineQueue: true });
      this.subscriber.on('error', ignore);
      this.subscriber.on('message', (name: string, message: string) => {
        const parts = JSON.parse(message) as LiveParts;
        for (const watcher of this.watchers.get(name) ?? []) watcher(parts);
      });
    }
    return this.subscriber;
  }
}

function ignore(): void {
  // Live parts may be lost.
}
