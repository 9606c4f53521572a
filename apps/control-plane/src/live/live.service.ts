import { Injectable } from '@nestjs/common';
import type { LivePart } from '@fenceline/contracts/api';
import type { WorkerPrincipal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { Problem } from '../http/problem.js';
import { seeAttempt } from '../state/seen.js';
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
    const seen = await seeAttempt(this.database, attemptId, workerId);
    if (seen === null) throw new Problem('not-found', `There is no attempt ${attemptId}.`);
    const { attempt, state } = seen;
    if (
      !attempt.newest ||
      attempt.fencingToken !== fencingToken ||
      state.attempt?.state === 'ended'
    ) {
      throw new Problem('superseded', 'This attempt does not count any more.');
    }
    await this.channel.publish(seen.jobId, { attemptId, parts: [...parts] });
  }
}
