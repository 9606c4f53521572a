import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerTerms } from '@fenceline/contracts/api';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Credential } from '../credential/credential.js';

const closeWithinMs = 1_000;

/** Where this worker's queue is. */
type DoorbellTerms = NonNullable<WorkerTerms['doorbell']>;

/**
 * The worker's own queue. A job there is a ring, `{attemptId}` and nothing else: its processor hands it on and ends. Redis
 * may be away, or come back empty; nothing is lost, as the worker asks by itself as well.
 */
export class Doorbell {
  private constructor(
    private readonly connection: Redis,
    private readonly worker: Worker<{ attemptId: string }>,
  ) {}

  /** Listens from now on, as soon as Redis can be reached. @param rung never rejects */
  static open(
    { url, prefix, queue }: DoorbellTerms,
    { workerId, credential }: Credential,
    rung: (attemptId: string) => Promise<void>,
  ): Doorbell {
    const connection = new Redis(url, {
      username: `worker-${workerId}`,
      password: credential,
      maxRetriesPerRequest: null,
      // Its user may not ask the server for more than its own queue.
      enableReadyCheck: false,
      retryStrategy: (tries) => Math.min(tries * 100, 2_000),
    });
    connection.on('error', () => undefined);
    const worker = new Worker<{ attemptId: string }>(queue, (job) => rung(job.data.attemptId), {
      connection,
      prefix,
      concurrency: 16,
      skipVersionCheck: true,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    // Each retry would be a line in the log otherwise.
    worker.on('error', () => undefined);
    return new Doorbell(connection, worker);
  }

  /** Hears nothing any more. */
  async close(): Promise<void> {
    // While Redis is away it would wait for it.
    await Promise.race([this.worker.close(true), delay(closeWithinMs)]);
    this.connection.disconnect();
  }
}
