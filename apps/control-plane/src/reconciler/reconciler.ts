import { Inject, Injectable } from '@nestjs/common';
import { tryLock } from '../background/advisory-lock.js';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { applyLockedStep } from '../state/apply-step.js';
import { attemptLimit, leasesExpire } from '../state/leases.js';
import { lockJobs } from '../state/seen.js';
import type { Command } from '../state/model.js';
import { withoutVerdict } from '../state/outcome-of.js';
import { transition } from '../state/transition.js';
import { findOverdue, type Overdue } from './overdue.js';

/**
 * Sees to what nobody else does any more: assignments that were not claimed, leases that expired, attempts beyond their
 * time-out, jobs that lost too many workers. Each is a step of the state machine like any other, one control plane at a
 * time.
 */
@Injectable()
export class Reconciler {
  private readonly leaseSeconds: number;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
    background: Background,
  ) {
    this.leaseSeconds = settings.FENCELINE_LEASE_SECONDS;
    background.add({
      name: 'reconciler',
      everyMs: Math.min(1000, this.leaseSeconds * 100, settings.FENCELINE_CLAIM_SECONDS * 250),
      turn: () => this.reconcile(),
    });
  }

  async reconcile(): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (!(await tryLock(sql, 'reconciler'))) return;
      const overdue = await findOverdue(sql, {
        claimSeconds: this.settings.FENCELINE_CLAIM_SECONDS,
        leaseSeconds: this.leaseSeconds,
        expire: await leasesExpire(sql, this.leaseSeconds),
      });
      await this.settle(sql, overdue);
    });
  }

  private async settle(sql: Sql, overdue: readonly Overdue[]): Promise<void> {
    const byJob = new Map(overdue.map((one) => [one.jobId, one]));
    for (const seen of await lockJobs(sql, [...byJob.keys()], 'skip')) {
      const { attemptId, why } = byJob.get(seen.jobId)!;
      // Between the look and the lock it may have been renewed, or made anew.
      if (why !== 'contradiction' && seen.attempt?.id !== attemptId) continue;
      if ((why === 'expired' || why === 'lost') && !seen.attempt?.leaseOver) continue;
      const step = transition(seen.state, commandOf(why));
      if (!step.ok) continue;
      const outcome = step.outcome;
      await applyLockedStep(sql, seen, step, {
        ...(outcome !== undefined &&
          outcome !== 'judged' && { outcome: withoutVerdict(outcome, summaryOf(why, outcome)) }),
      });
    }
  }
}

function commandOf(why: Overdue['why']): Command {
  switch (why) {
    case 'unclaimed':
      return { kind: 'unclaim' };
    case 'expired':
      return { kind: 'expire' };
    case 'lost':
      return { kind: 'give-up', outcome: 'error' };
    case 'timeout':
      return { kind: 'give-up', outcome: 'timeout' };
    case 'contradiction':
      return { kind: 'repair' };
  }
}

function summaryOf(why: Overdue['why'], outcome: string): string {
  if (outcome === 'cancelled') return 'Cancelled; its worker was gone.';
  return why === 'timeout'
    ? 'It did not end within its time-out, and its worker did not end it.'
    : `${attemptLimit} attempts were lost: their workers were not heard of any more.`;
}
