import type { AttemptEnd, AttemptResult, AttemptState } from '@fenceline/contracts/api';
import {
  isHeld,
  type AttemptFacts,
  type Command,
  type Progress,
  type Refusal,
  type State,
  type StateEvent,
  type Step,
} from './model.js';

/**
 * The state machine of jobs and attempts: what follows from a command, or why it is not taken. Every change of a state
 * in the database is one of its steps (`applyStep`).
 *
 * A job is finished for good, and an attempt ends for good. Leases, times and capacities are not its business: whoever
 * gives the command has looked at them, in the same transaction.
 */
export function transition(state: State, command: Command): Step | Refusal {
  switch (command.kind) {
    case 'place':
      return place(state);
    case 'cancel':
      return cancel(state);
    case 'repair':
      return repair(state);
    case 'surrender':
      return surrender(state);
    case 'claim':
    case 'renew':
    case 'advance':
    case 'finish':
      return ofWorker(state, command);
    case 'unclaim':
    case 'revoke':
    case 'expire':
    case 'give-up':
      return withoutWorker(state, command);
  }
}

function place({ job, attempt }: State): Step | Refusal {
  const assigned: AttemptFacts = { state: 'assigned', how: null, instance: null };
  if (job === 'queued' && !isLive(attempt)) {
    return step({ job: 'active', attempt: assigned }, 'job.active', 'attempt.assigned');
  }
  if (job === 'active' && attempt !== null && isHeld(attempt)) {
    return {
      ...step({ job, attempt: assigned }, 'attempt.ended', 'attempt.assigned'),
      replaced: 'lost',
    };
  }
  return conflict('The job does not wait for a worker.');
}

function cancel({ job, attempt }: State): Step | Refusal {
  if (job === 'finished') return conflict('The job has finished.');
  if (job === 'cancelling') return step({ job, attempt });
  if (attempt !== null && isHeld(attempt)) {
    return step({ job: 'cancelling', attempt }, 'job.cancelling');
  }
  return end({ job, attempt }, 'cancelled', 'cancelled');
}

/** Only where transactions were not what they should be is there something to repair. */
function repair(state: State): Step {
  const { job, attempt } = state;
  if (isLive(attempt)) {
    const counts = job === 'active' || job === 'cancelling';
    return counts ? step(state) : step({ job, attempt: ended(attempt, 'lost') }, 'attempt.ended');
  }
  if (job === 'active') return step({ job: 'queued', attempt }, 'job.queued');
  if (job === 'cancelling') return end(state, 'cancelled', 'lost');
  return step(state);
}

function surrender({ job, attempt }: State): Step | Refusal {
  if (attempt?.how === 'superseded') return step({ job, attempt });
  if (attempt?.how === 'lost') {
    return step({ job, attempt: ended(attempt, 'superseded') }, 'attempt.ended');
  }
  return conflict(
    isLive(attempt)
      ? 'No other attempt has taken the place of this one: finish it.'
      : 'The attempt was not superseded.',
  );
}

const resultEnds: Record<AttemptResult['kind'], AttemptEnd> = {
  judged: 'done',
  skipped: 'done',
  error: 'failed',
  timeout: 'failed',
  cancelled: 'cancelled',
};

function ofWorker(
  { job, attempt }: State,
  command: Extract<Command, { kind: 'claim' | 'renew' | 'advance' | 'finish' }>,
): Step | Refusal {
  if (command.kind === 'finish' && wasFinished(attempt)) return step({ job, attempt });
  if (!isLive(attempt) || (job !== 'active' && job !== 'cancelling')) {
    return { ok: false, problem: 'superseded', why: 'This attempt does not count any more.' };
  }
  if (command.kind === 'claim') return claim({ job, attempt }, attempt, command.instance);
  if (!isHeld(attempt)) return conflict('The attempt was not claimed.');
  switch (command.kind) {
    case 'renew':
      return step({ job, attempt });
    case 'advance':
      return advance({ job, attempt }, attempt, command.to);
    case 'finish':
      if (command.result === 'cancelled' && job !== 'cancelling') {
        return conflict('Nobody asked for the job to be cancelled.');
      }
      return end({ job, attempt }, command.result, resultEnds[command.result]);
  }
}

/** A worker that did not hear the answer may say it again. */
function wasFinished(attempt: AttemptFacts | null): boolean {
  if (attempt === null || attempt.instance === null) return false;
  return attempt.how === 'done' || attempt.how === 'failed' || attempt.how === 'cancelled';
}

function claim(state: State, attempt: AttemptFacts, instance: string): Step | Refusal {
  if (attempt.state === 'assigned') {
    return step(
      { ...state, attempt: { ...attempt, state: 'preparing', instance } },
      'attempt.claimed',
    );
  }
  if (attempt.instance !== instance) return conflict('Another process of this worker has it.');
  if (attempt.state !== 'preparing') return conflict('The attempt is beyond its preparation.');
  return step(state);
}

const order: readonly AttemptState[] = ['assigned', 'preparing', 'running', 'uploading', 'judging'];

function advance(state: State, attempt: AttemptFacts, to: Progress): Step | Refusal {
  if (attempt.state === to) return step(state);
  if (order.indexOf(to) < order.indexOf(attempt.state)) {
    return conflict(`The attempt is ${attempt.state} already.`);
  }
  return step({ ...state, attempt: { ...attempt, state: to } }, `attempt.${to}`);
}

/** What becomes of an attempt whose worker is not waited for any more. */
function withoutWorker(
  { job, attempt }: State,
  command: Extract<Command, { kind: 'unclaim' | 'revoke' | 'expire' | 'give-up' }>,
): Step | Refusal {
  if (!isLive(attempt) || (job !== 'active' && job !== 'cancelling')) {
    return conflict('The attempt does not count any more.');
  }
  if (command.kind !== 'revoke' && (command.kind === 'unclaim') === isHeld(attempt)) {
    return conflict(`The attempt is ${attempt.state}.`);
  }
  // Whatever becomes of its worker, a job that is being cancelled is cancelled.
  if (job === 'cancelling') return end({ job, attempt }, 'cancelled', 'lost');
  switch (command.kind) {
    case 'unclaim':
    case 'revoke':
      return step(
        { job: 'queued', attempt: ended(attempt, 'lost') },
        'attempt.ended',
        'job.queued',
      );
    case 'expire':
      return step({ job, attempt }, 'attempt.lease-expired');
    case 'give-up':
      return end({ job, attempt }, command.outcome, 'lost');
  }
}

/** The end of the job, and of its attempt if that has not ended yet. */
function end({ attempt }: State, outcome: Step['outcome'], how: AttemptEnd): Step {
  const live = isLive(attempt);
  return {
    ...step(
      { job: 'finished', attempt: live ? ended(attempt, how) : attempt },
      ...(live ? (['attempt.ended'] as const) : []),
      'job.finished',
    ),
    ...(outcome !== undefined && { outcome }),
  };
}

function isLive(attempt: AttemptFacts | null): attempt is AttemptFacts {
  return attempt !== null && attempt.state !== 'ended';
}

function ended(attempt: AttemptFacts, how: AttemptEnd): AttemptFacts {
  return { ...attempt, state: 'ended', how };
}

function step({ job, attempt }: State, ...events: StateEvent[]): Step {
  return { ok: true, job, attempt, events };
}

function conflict(why: string): Refusal {
  return { ok: false, problem: 'conflict', why };
}
