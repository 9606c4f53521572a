import { Inject, Injectable } from '@nestjs/common';
import type { AnswerOf, operations } from '@fenceline/contracts/api';
import { Database } from '../database/database.js';
import { Problem } from '../http/problem.js';
import { Doorbell } from '../redis/doorbell.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';

/** What the service stands on, and whether it is there. */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly doorbell: Doorbell,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {}

  /** @throws Problem `unavailable` where Postgres does not answer; the rest may be away for a while */
  async ready(): Promise<AnswerOf<typeof operations.health.ready>> {
    try {
      await this.database.query('SELECT 1');
    } catch (cause) {
      throw new Problem('unavailable', 'Postgres does not answer.', { cause });
    }
    const artifacts = (await this.store.isUp()) ? 'up' : 'down';
    const redis = this.doorbell.up ? 'up' : 'down';
    const status = redis === 'up' && artifacts === 'up' ? 'ok' : 'degraded';
    return { status, postgres: 'up', redis, artifacts };
  }
}
