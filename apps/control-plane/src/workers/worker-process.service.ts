import { Inject, Injectable } from '@nestjs/common';
import type {
  AnswerOf,
  Capacity,
  operations,
  WorkerState,
  WorkerTerms,
} from '@fenceline/contracts/api';
import { RedisAccounts } from '../access/enrolment/redis-accounts.js';
import type { WorkerPrincipal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { pollSeconds } from './presence.js';

/** What a worker's process says and asks about itself. */
@Injectable()
export class WorkerProcessService {
  /** Of Redis, without who signs in there. */
  private readonly doorbellUrl: string;

  constructor(
    private readonly database: Database,
    private readonly accounts: RedisAccounts,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const url = new URL(settings.REDIS_URL);
    url.username = '';
    url.password = '';
    this.doorbellUrl = url.toString();
  }

  /** Takes what the worker offers now; placement looks at it at once. */
  async hello({ workerId }: WorkerPrincipal, capacity: Capacity): Promise<WorkerTerms> {
    const { slots, memoryMib, cores, accelerator, labels, version } = capacity;
    const [row] = await this.database.query<{ state: WorkerState }>(
      `WITH changed AS (
         UPDATE workers SET slots = $2, memory_mib = $3, cores = $4, accelerator = $5, labels = $6,
                            version = $7, last_seen_at = now()
          WHERE id = $1 RETURNING state)
       SELECT state, pg_notify('fenceline_placement', '') FROM changed`,
      [workerId, slots, memoryMib, cores, accelerator, labels, version],
    );
    return this.terms(workerId, row!.state);
  }

  /**
   * The attempts that want it, oldest first: to be claimed, or to be cancelled. To ask shows that the worker is there.
   */
  async assignments({
    workerId,
  }: WorkerPrincipal): Promise<AnswerOf<typeof operations.workerProcess.assignments>> {
    const [row] = await this.database.query<{
      state: WorkerState;
      ids: string[];
      rejudging: boolean;
    }>(
      `WITH seen AS (
         UPDATE workers SET last_seen_at = now()
          WHERE id = $1 AND (last_seen_at IS NULL OR last_seen_at < now() - interval '1 second'))
       SELECT state, ARRAY (SELECT id FROM attempts
                             WHERE worker_id = $1
                               AND ended_at IS NULL AND (state = 'assigned' OR cancel_asked)
                             ORDER BY fencing_token LIMIT 100) AS ids,
              state = 'enabled' AND EXISTS (
                SELECT FROM rejudgement_items i
                 WHERE i.project_id = workers.project_id AND i.ended_at IS NULL
                   AND (i.state = 'waiting' OR i.lease_expires_at < now())) AS rejudging
         FROM workers WHERE id = $1`,
      [workerId],
      { prepared: true },
    );
    const { ids, rejudging, state } = row!;
    return { attemptIds: ids, rejudging, terms: this.terms(workerId, state) };
  }

  private terms(workerId: string, state: WorkerState): WorkerTerms {
    return {
      state,
      leaseSeconds: this.settings.FENCELINE_LEASE_SECONDS,
      pollSeconds: pollSeconds(this.settings),
      doorbell: this.accounts.available
        ? {
            url: this.doorbellUrl,
            prefix: this.settings.FENCELINE_REDIS_PREFIX,
            queue: workerId,
          }
        : null,
    };
  }
}
