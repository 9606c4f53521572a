import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { SETTINGS, type Settings } from '../settings/settings.js';

/**
 * Rings at workers: each has a BullMQ queue of its own, and a job there is `{attemptId}` and nothing else. Redis holds
 * nothing that is not in Postgres too, and may be away: workers ask by themselves every few seconds.
 */
@Injectable()
export class Doorbell implements OnApplicationShutdown {
  readonly redis: Redis;
  private readonly queues = new Map<string, Queue<{ attemptId: string }>>();

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    this.redis = new Redis(settings.REDIS_URL, {
      maxRetriesPerRequest: null,
      enableOfflineQueue: false,
      retryStrategy: (tries) => Math.min(tries * 50, 1_000),
    });
    // `up` tells; each retry would be a line in the log otherwise.
    this.redis.on('error', () => undefined);
  }

  get up(): boolean {
    return this.redis.status === 'ready';
  }

  /** @throws Error where Redis is away: the caller rings again later */
  async ring(workerId: string, attemptId: string): Promise<void> {
    if (!this.up) throw new Error('Redis is away');
    await this.queueOf(workerId).add(
      'attempt',
      { attemptId },
      { jobId: `attempt-${attemptId}`, removeOnComplete: true, removeOnFail: true },
    );
  }

  private queueOf(workerId: string): Queue<{ attemptId: string }> {
    let queue = this.queues.get(workerId);
    if (queue === undefined) {
      queue = new Queue(workerId, {
        connection: this.redis,
        prefix: this.settings.FENCELINE_REDIS_PREFIX,
      });
      queue.on('error', () => undefined);
      this.queues.set(workerId, queue);
    }
    return queue;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    this.redis.disconnect();
  }
}
