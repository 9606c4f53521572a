import { Inject, Injectable } from '@nestjs/common';
import type { AttemptResult, Lease, Work } from '@fenceline/contracts/api';
import type { WorkerPrincipal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { applyStep } from '../state/apply-step.js';
import { lockAttempt, type LockedAttempt } from '../state/lock.js';
import type { Command, Step } from '../state/model.js';
import { transition } from '../state/transition.js';
import { UploadPublisher, type PreparedUpload } from '../uploads/upload-publisher.js';
import { FencingCheck } from './fencing-check.js';
import { readWork } from './read-work.js';
import { ResultOutcome } from './result-outcome.js';

/** An attempt that a worker speaks of, with the token that it got for it. */
export interface FencedAttempt {
  worker: WorkerPrincipal;
  attemptId: string;
  fencingToken: string;
}

/** What workers say of their attempts; each call is one transaction. */
@Injectable()
export class AttemptsService {
  constructor(
    private readonly database: Database,
    private readonly fencing: FencingCheck,
    private readonly outcomes: ResultOutcome,
    private readonly uploads: UploadPublisher,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Starts the lease. @throws Problem `conflict`, `superseded`, `not-found` */
  claim(worker: WorkerPrincipal, attemptId: string, instance: string): Promise<Work> {
    return this.database.transaction(async (sql) => {
      const locked = await lockOf(sql, worker, attemptId);
      const step = take(locked, { kind: 'claim', instance });
      await applyStep(sql, locked, step, { leaseSeconds: this.leaseSeconds });
      return readWork(sql, locked, this.leaseSeconds);
    });
  }

  /** @throws Problem `superseded` where a newer attempt exists, or this one has ended */
  renew(of: FencedAttempt): Promise<Lease> {
    return this.heldOn(of, { kind: 'renew' });
  }

  /** Renews, and tells a state that the attempt has come to. @throws Problem `superseded`, `conflict` */
  advance(of: FencedAttempt, to: Extract<Command, { kind: 'advance' }>['to']): Promise<Lease> {
    return this.heldOn(of, { kind: 'advance', to });
  }

  /**
   * Publishes what was uploaded and decides the outcome of the job. Said again after it was taken, nothing is done.
   *
   * @throws Problem `superseded`, `conflict`, `invalid-request`
   */
  async finish(
    of: FencedAttempt,
    result: AttemptResult,
    uploadIds: readonly string[],
  ): Promise<void> {
    const prepared = await this.prepare(of, uploadIds);
    await this.database.transaction(async (sql) => {
      const locked = await this.admitted(sql, of);
      const step = take(locked, { kind: 'finish', result: result.kind });
      if (step.events.length === 0) return;
      await this.publish(sql, locked, prepared);
      await applyStep(sql, locked, step, await this.outcomes.of(sql, locked, result, prepared));
    });
  }

  /** Publishes what a superseded attempt had recorded; it decides nothing. @throws Problem `conflict` */
  async surrender(of: FencedAttempt, uploadIds: readonly string[]): Promise<void> {
    const prepared = await this.uploads.prepare(uploadIds, of);
    await this.database.transaction(async (sql) => {
      const locked = await lockOf(sql, of.worker, of.attemptId);
      if (locked.attempt.fencingToken !== of.fencingToken) {
        throw new Problem('conflict', 'This is not the token of the attempt.');
      }
      const step = take(locked, { kind: 'surrender' });
      await this.publish(sql, locked, prepared);
      await applyStep(sql, locked, step);
    });
  }

  private get leaseSeconds(): number {
    return this.settings.FENCELINE_LEASE_SECONDS;
  }

  private heldOn(of: FencedAttempt, command: Command): Promise<Lease> {
    const { leaseSeconds } = this;
    return this.database.transaction(async (sql) => {
      const locked = await this.admitted(sql, of);
      const step = take(locked, command);
      await applyStep(sql, locked, step, { leaseSeconds });
      return { leaseSeconds, cancel: step.job === 'cancelling' };
    });
  }

  private async admitted(sql: Sql, of: FencedAttempt): Promise<LockedAttempt> {
    return this.fencing.admit(await lockOf(sql, of.worker, of.attemptId), of.fencingToken);
  }

  /** The check comes first here too: a worker that is too late is told so, whatever became of its uploads. */
  private async prepare(
    of: FencedAttempt,
    uploadIds: readonly string[],
  ): Promise<PreparedUpload[]> {
    if (uploadIds.length === 0) return [];
    await this.database.transaction((sql) => this.admitted(sql, of));
    return this.uploads.prepare(uploadIds, of);
  }

  private async publish(
    sql: Sql,
    { projectId, owner, runId, jobId, attempt }: LockedAttempt,
    prepared: readonly PreparedUpload[],
  ): Promise<void> {
    const about = { projectId, owner, runId, jobId, attemptId: attempt.id };
    await this.uploads.publish(sql, about, prepared);
  }
}

async function lockOf(
  sql: Sql,
  { workerId }: WorkerPrincipal,
  attemptId: string,
): Promise<LockedAttempt> {
  const locked = await lockAttempt(sql, attemptId, workerId);
  if (locked === null) throw new Problem('not-found', `This worker has no attempt ${attemptId}.`);
  return locked;
}

/** @throws Problem where the command is not taken */
function take(locked: LockedAttempt, command: Command): Step {
  const step = transition(locked.state, command);
  if (!step.ok) throw new Problem(step.problem, step.why);
  return step;
}
