import { Injectable } from '@nestjs/common';
import type { LivePart } from '@fenceline/contracts/api';
import type { WorkerPrincipal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { Problem } from '../http/problem.js';
import { LiveChannel } from './live-channel.js';

/** Takes live parts of workers. */
@Injectable()
export class LiveService {
  constructor(
    private readonly database: Database,
    private readonly channel: LiveChannel,
  ) {}

  /**
   * Shows parts of an attempt to those who watch its job. Nothing is written, so nothing is locked: parts of an attempt
   * that is superseded just now may still be seen, under its own id.
   *
   * @throws Problem `superseded`, or `not-found` where the worker has no such attempt
   */
  async publish(
    { workerId }: WorkerPrincipal,
    attemptId: string,
    fencingToken: string,
    parts: readonly LivePart[],
  ): Promise<void> {
    const [row] = await this.database.query<{ job_id: string; valid: boolean }>(
      `SELECT attempt.job_id, attempt.number = job.attempt_count AND attempt.state <> 'ended'
              AND attempt.fencing_token = $3 AS valid
         FROM attempts attempt JOIN jobs job ON job.id = attempt.job_id
        WHERE attempt.id = $1 AND attempt.worker_id = $2`,
      [attemptId, workerId, fencingToken],
    );
    if (row === undefined) throw new Problem('not-found', `There is no attempt ${attemptId}.`);
    if (!row.valid) throw new Problem('superseded', 'This attempt does not count any more.');
    await this.channel.publish(row.job_id, { attemptId, parts: [...parts] });
  }
}
