import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import { applyLockedStep } from './apply-step.js';
import { lockJobs, type Seen } from './seen.js';
import type { Refusal, Step } from './model.js';
import { withoutVerdict } from './outcome-of.js';
import { transition } from './transition.js';

/** What people do with the states of jobs. */
@Injectable()
export class JobLifecycle {
  /**
   * Cancels a job, in the transaction of whoever asks. One that no worker has yet is finished at once; the worker of
   * another learns of it when it renews its lease. To ask again is no error.
   *
   * @param actor who asks, for the event and the outcome
   * @returns whether that changed anything
   * @throws Problem `conflict` where it has finished, `not-found` where there is no such job
   */
  async cancel(sql: Sql, jobId: string, actor: string): Promise<boolean> {
    const [seen] = await lockJobs(sql, [jobId]);
    if (seen === undefined) throw new Problem('not-found', `There is no job ${jobId}.`);
    const step = await this.cancelLocked(sql, seen, actor);
    if (!step.ok) throw new Problem(step.problem, step.why);
    return step.events.length > 0;
  }

  /** Cancels many jobs, as `cancel` does; those that have finished are left as they are. Gives back how many changed. */
  async cancelAll(sql: Sql, jobIds: readonly string[], actor: string): Promise<number> {
    let changed = 0;
    for (const seen of await lockJobs(sql, jobIds)) {
      const step = await this.cancelLocked(sql, seen, actor);
      if (step.ok && step.events.length > 0) changed += 1;
    }
    return changed;
  }

  /**
   * Ends what a worker that was revoked has, as lost, in the transaction that revokes it. Its jobs wait for another worker;
   * one that is being cancelled is cancelled.
   */
  async loseWorker(sql: Sql, workerId: string, actor: string): Promise<void> {
    const live = await sql.query<{ job_id: string }>(
      `SELECT job_id FROM attempts WHERE worker_id = $1 AND ended_at IS NULL`,
      [workerId],
    );
    const jobIds = live.map(({ job_id }) => job_id);
    for (const seen of await lockJobs(sql, jobIds)) {
      // Between the look and the lock it may have gone to another one.
      if (seen.attempt?.workerId !== workerId) continue;
      const step = transition(seen.state, { kind: 'revoke' });
      if (!step.ok) continue;
      await applyLockedStep(sql, seen, step, {
        by: actor,
        message: 'Its worker was revoked.',
        ...(step.outcome !== undefined && {
          outcome: withoutVerdict('cancelled', 'Cancelled; its worker was revoked.'),
        }),
      });
    }
  }

  private async cancelLocked(sql: Sql, seen: Seen, actor: string): Promise<Step | Refusal> {
    const step = transition(seen.state, { kind: 'cancel' });
    if (!step.ok) return step;
    await applyLockedStep(sql, seen, step, {
      by: actor,
      ...(step.outcome !== undefined && {
        outcome: withoutVerdict('cancelled', `Cancelled by ${actor} before a worker had it.`),
      }),
    });
    return step;
  }
}
