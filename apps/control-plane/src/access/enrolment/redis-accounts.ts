import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { Doorbell } from '../../redis/doorbell.js';
import { SETTINGS, type Settings } from '../../settings/settings.js';

/**
 * What an account may do: run BullMQ's scripts and wait on its queue; not list keys, listen to channels, change the
 * server, or keep scripts of its own from others. `INFO` is asked for by BullMQ when it starts.
 */
const rights = [
  ...['+@all', '-@dangerous', '-@admin', '-@pubsub', '-@scripting'],
  ...['+eval', '+evalsha', '+script|load', '+info'],
  ...['-keys', '-scan', '-randomkey', '-dbsize'],
];

/**
 * Accounts of workers in Redis: `worker-ID` signs in with the worker's credential, and reaches the keys of its own
 * queue alone. Redis keeps the hash that Postgres has too. It may lose them at any time: they are set again whenever
 * the connection comes up.
 */
@Injectable()
export class RedisAccounts implements OnModuleInit {
  private readonly log = new Logger('redis');
  private refused = false;

  constructor(
    private readonly doorbell: Doorbell,
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Whether workers can sign in at Redis; where not they ask for their assignments alone. */
  get available(): boolean {
    return !this.refused;
  }

  onModuleInit(): void {
    this.doorbell.redis.on('ready', () => void this.setAll());
    if (this.doorbell.up) void this.setAll();
  }

  /** Sets one account. Where Redis is away it is set once it is back. */
  async set(workerId: string, credentialHash: Buffer): Promise<void> {
    if (!this.doorbell.up) return;
    try {
      await this.doorbell.redis.acl('SETUSER', ...this.ruleOf(workerId, credentialHash));
      this.refused = false;
    } catch (error) {
      this.tell(error);
    }
  }

  /** Ends accounts and their connections. Where Redis is away that is done once it is back. */
  async remove(workerIds: readonly string[]): Promise<void> {
    const [first, ...others] = workerIds.map(accountOf);
    if (!this.doorbell.up || first === undefined) return;
    try {
      await this.doorbell.redis.acl('DELUSER', first, ...others);
    } catch (error) {
      this.tell(error);
    }
  }

  /** For a Redis that has come up: what the one before refused says nothing of it. */
  private async setAll(): Promise<void> {
    this.refused = false;
    try {
      const rows = await this.database.query<{ id: string; credential_hash: Buffer }>(
        `SELECT id, credential_hash FROM workers WHERE revoked_at IS NULL`,
      );
      for (const row of rows) {
        if (!this.available) return;
        await this.set(row.id, row.credential_hash);
      }
      // Read after the others were set: one may have been revoked meanwhile, or while Redis was away.
      const revoked = await this.database.query<{ id: string }>(
        `SELECT id FROM workers WHERE revoked_at IS NOT NULL`,
      );
      await this.remove(revoked.map(({ id }) => id));
    } catch (error) {
      this.tell(error);
    }
  }

  private ruleOf(workerId: string, credentialHash: Buffer): [string, ...string[]] {
    const { FENCELINE_REDIS_PREFIX: prefix } = this.settings;
    return [
      accountOf(workerId),
      ...['reset', 'on', `#${credentialHash.toString('hex')}`, `~${prefix}:${workerId}:*`],
      ...rights,
    ];
  }

  private tell(error: unknown): void {
    if (!(error instanceof Error) || error.name !== 'ReplyError') {
      this.log.warn(error);
      return;
    }
    if (!this.refused) {
      this.log.warn(
        `Redis does not let us make accounts for workers (${error.message}): they ask for their assignments alone.`,
      );
    }
    this.refused = true;
  }
}

function accountOf(workerId: string): string {
  return `worker-${workerId}`;
}
