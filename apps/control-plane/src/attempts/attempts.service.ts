import { Inject, Injectable } from '@nestjs/common';
import type { AttemptResult, Lease, Work } from '@fenceline/contracts/api';
import type { WorkerPrincipal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import {
  applyLockedStep,
  applyStep,
  applyStepAndRead,
  type StepDetails,
} from '../state/apply-step.js';
import { lockAttempt, seeAttempt, type SeenAttempt } from '../state/seen.js';
import type { Command, Progress, State, Step } from '../state/model.js';
import { transition } from '../state/transition.js';
import { UploadPublisher, type PreparedUpload } from '../uploads/upload-publisher.js';
import { FencingCheck } from './fencing-check.js';
import { RecentAttempts } from './recent-attempts.js';
import { ResultOutcome } from './result-outcome.js';
import { workOf, workReading, type WorkRow } from './work.js';

/** An attempt that a worker speaks of; it has no token before it has claimed it. */
interface NamedAttempt {
  worker: WorkerPrincipal;
  attemptId: string;
  fencingToken?: string;
}

/** The same, with the token that the worker got for it. */
export interface FencedAttempt extends NamedAttempt {
  fencingToken: string;
}

/** What a command came to, and what its step has answered. */
interface Done<Answer> {
  seen: SeenAttempt;
  step: Step;
  answer: Answer;
}

/** Writes a step; null where job and attempt are not as they were seen. */
type Write<Answer> = (seen: SeenAttempt, step: Step) => Promise<Answer | null>;

/** How often a command is tried again because another one came first. */
const tries = 20;

/**
 * What workers say of their attempts. Each call reads the states without a lock, or remembers them, and changes them in
 * one statement if they are still so; else it begins again. Only publishing, which is many statements, takes a
 * transaction.
 */
@Injectable()
export class AttemptsService {
  constructor(
    private readonly database: Database,
    private readonly fencing: FencingCheck,
    private readonly outcomes: ResultOutcome,
    private readonly uploads: UploadPublisher,
    private readonly recent: RecentAttempts,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Starts the lease. @throws Problem `conflict`, `superseded`, `not-found` */
  async claim(worker: WorkerPrincipal, attemptId: string, instance: string): Promise<Work> {
    const { leaseSeconds } = this;
    const { seen, answer } = await this.command(
      { worker, attemptId },
      { kind: 'claim', instance },
      (seen, step) =>
        applyStepAndRead<WorkRow>(this.database, seen, step, { leaseSeconds }, workReading),
    );
    return workOf(seen, answer, leaseSeconds);
  }

  /** @throws Problem `superseded` where a newer attempt exists, or this one has ended */
  renew(of: FencedAttempt): Promise<Lease> {
    return this.hold(of, { kind: 'renew' });
  }

  /** Renews, and tells a state that the attempt has come to. @throws Problem `superseded`, `conflict` */
  advance(of: FencedAttempt, to: Progress): Promise<Lease> {
    return this.hold(of, { kind: 'advance', to });
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
    const command: Command = { kind: 'finish', result: result.kind };
    if (uploadIds.length === 0) {
      await this.command(
        of,
        command,
        async (seen, step) =>
          // What was finished is not decided again.
          step.events.length === 0 ||
          this.apply(seen, step, await this.outcomes.of(this.database, seen, result, [])),
      );
      return;
    }
    // Asked before the uploads are looked at: a worker that is too late is told so, whatever became of them.
    this.take(await seeOf(this.database, of), of, command);
    const prepared = await this.uploads.prepare(uploadIds, of);
    await this.database.transaction(async (sql) => {
      const seen = await lockOf(sql, of);
      const step = this.take(seen, of, command);
      if (step.events.length === 0) return;
      await this.publish(sql, seen, prepared);
      await applyLockedStep(sql, seen, step, await this.outcomes.of(sql, seen, result, prepared));
    });
  }

  /** Publishes what a superseded attempt had recorded; it decides nothing. @throws Problem `conflict` */
  async surrender(of: FencedAttempt, uploadIds: readonly string[]): Promise<void> {
    const { attempt } = await seeOf(this.database, of);
    if (attempt.fencingToken !== of.fencingToken) {
      throw new Problem('conflict', 'This is not the token of the attempt.');
    }
    const prepared = await this.uploads.prepare(uploadIds, of);
    await this.database.transaction(async (sql) => {
      const seen = await lockOf(sql, of);
      const step = stepOf(seen.state, { kind: 'surrender' });
      await this.publish(sql, seen, prepared);
      await applyLockedStep(sql, seen, step);
    });
  }

  private get leaseSeconds(): number {
    return this.settings.FENCELINE_LEASE_SECONDS;
  }

  private async hold(of: FencedAttempt, command: Command): Promise<Lease> {
    const { leaseSeconds } = this;
    const { step } = await this.command(of, command, (seen, step) =>
      this.apply(seen, step, { leaseSeconds }),
    );
    return { leaseSeconds, cancel: step.job === 'cancelling' };
  }

  private async apply(seen: SeenAttempt, step: Step, details: StepDetails): Promise<true | null> {
    return (await applyStep(this.database, seen, step, details)) || null;
  }

  /** @throws Problem where the command is not taken */
  private async command<Answer>(
    of: NamedAttempt,
    command: Command,
    write: Write<Answer>,
  ): Promise<Done<Answer>> {
    for (let left = tries; left > 0; left -= 1) {
      const remembered = this.recent.take(of.attemptId, of.worker.workerId);
      const seen = remembered ?? (await seeOf(this.database, of));
      try {
        const step = this.take(seen, of, command);
        const answer = await write(seen, step);
        if (answer === null) continue;
        this.recent.keep(seen, step);
        return { seen, step, answer };
      } catch (error) {
        // Not so any more, perhaps: only what the database has now refuses a command.
        if (remembered === null || !(error instanceof Problem)) throw error;
      }
    }
    throw new Problem('unavailable', 'Others change this job all the time.');
  }

  /** @throws Problem where the attempt does not count, or its state does not allow the command */
  private take(seen: SeenAttempt, { fencingToken }: NamedAttempt, command: Command): Step {
    const state = fencingToken === undefined ? seen.state : this.fencing.admit(seen, fencingToken);
    return stepOf(state, command);
  }

  private async publish(
    sql: Sql,
    { projectId, owner, runId, jobId, attempt }: SeenAttempt,
    prepared: readonly PreparedUpload[],
  ): Promise<void> {
    const about = { projectId, owner, runId, jobId, attemptId: attempt.id };
    await this.uploads.publish(sql, about, prepared);
  }
}

async function seeOf(sql: Sql, { worker, attemptId }: NamedAttempt): Promise<SeenAttempt> {
  return there(await seeAttempt(sql, attemptId, worker.workerId), attemptId);
}

async function lockOf(sql: Sql, { worker, attemptId }: NamedAttempt): Promise<SeenAttempt> {
  return there(await lockAttempt(sql, attemptId, worker.workerId), attemptId);
}

function there(seen: SeenAttempt | null, attemptId: string): SeenAttempt {
  if (seen === null) throw new Problem('not-found', `This worker has no attempt ${attemptId}.`);
  return seen;
}

function stepOf(state: State, command: Command): Step {
  const step = transition(state, command);
  if (!step.ok) throw new Problem(step.problem, step.why);
  return step;
}
