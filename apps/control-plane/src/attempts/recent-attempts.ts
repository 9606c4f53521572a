import { Injectable } from '@nestjs/common';
import type { State } from '../state/model.js';
import type { SeenAttempt } from '../state/seen.js';

/** Attempts remembered: more than workers have at once. */
const limit = 10_000;

/**
 * Live attempts as this control plane left them, so that the next thing that their worker says needs no look first.
 * They may have changed since, by another control plane or by whoever cancels: what is remembered must be checked by the
 * statement that writes (`applyStep` does), and refuses nothing by itself.
 */
@Injectable()
export class RecentAttempts {
  private readonly byId = new Map<string, SeenAttempt>();

  /** Gives what is remembered of a worker's attempt, and forgets it; null where there is nothing. */
  take(attemptId: string, workerId: string): SeenAttempt | null {
    const seen = this.byId.get(attemptId);
    if (seen?.attempt.workerId !== workerId) return null;
    this.byId.delete(attemptId);
    return seen;
  }

  /** Remembers an attempt in the states in which what was written has left it, unless that was its end. */
  keep(seen: SeenAttempt, { job, attempt }: State): void {
    if (attempt === null || attempt.state === 'ended') return;
    this.byId.set(seen.attempt.id, { ...seen, state: { job, attempt } });
    if (this.byId.size > limit) this.byId.delete(this.byId.keys().next().value!);
  }
}
