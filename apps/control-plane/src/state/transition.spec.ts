import { attemptEndSchema, attemptStateSchema, jobStateSchema } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import type { AttemptFacts, Command, State } from './model.js';
import { transition } from './transition.js';

const mine = '11111111-1111-4111-8111-111111111111';
const other = '22222222-2222-4222-8222-222222222222';

const commands: Record<string, Command> = {
  place: { kind: 'place' },
  claim: { kind: 'claim', instance: mine },
  'claim by another process': { kind: 'claim', instance: other },
  renew: { kind: 'renew' },
  'advance to running': { kind: 'advance', to: 'running' },
  'advance to uploading': { kind: 'advance', to: 'uploading' },
  'advance to judging': { kind: 'advance', to: 'judging' },
  'finish judged': { kind: 'finish', result: 'judged' },
  'finish skipped': { kind: 'finish', result: 'skipped' },
  'finish error': { kind: 'finish', result: 'error' },
  'finish timeout': { kind: 'finish', result: 'timeout' },
  'finish cancelled': { kind: 'finish', result: 'cancelled' },
  surrender: { kind: 'surrender' },
  cancel: { kind: 'cancel' },
  unclaim: { kind: 'unclaim' },
  revoke: { kind: 'revoke' },
  expire: { kind: 'expire' },
  'give up: error': { kind: 'give-up', outcome: 'error' },
  'give up: timeout': { kind: 'give-up', outcome: 'timeout' },
  repair: { kind: 'repair' },
};

/** Every attempt that there can be. */
const attempts: Record<string, AttemptFacts | null> = {
  none: null,
  ...Object.fromEntries(
    attemptStateSchema.options
      .filter((state) => state !== 'ended')
      .map((state) => [
        state,
        { state, how: null, instance: state === 'assigned' ? null : mine } satisfies AttemptFacts,
      ]),
  ),
  ...Object.fromEntries(
    attemptEndSchema.options.map((how) => [
      how,
      { state: 'ended', how, instance: mine } satisfies AttemptFacts,
    ]),
  ),
};

const states = jobStateSchema.options.flatMap((job) =>
  Object.entries(attempts).map(([name, attempt]) => ({ name: `${job}, ${name}`, job, attempt })),
);
const every = states.flatMap((state) =>
  Object.entries(commands).map(([said, command]) => ({ state, said, command })),
);

/** A job has a live attempt when it is active or cancelling, and else none. */
function isConsistent({ job, attempt }: State): boolean {
  const live = attempt !== null && attempt.state !== 'ended';
  return live === (job === 'active' || job === 'cancelling');
}

/** What follows, short: `active, running`, with the outcome, or the problem. */
function short(state: State, command: Command): string {
  const next = transition(state, command);
  if (!next.ok) return next.problem;
  if (next.events.length === 0) return 'same';
  const attempt = next.attempt === null ? 'none' : (next.attempt.how ?? next.attempt.state);
  return [next.job, attempt, ...(next.outcome ? [`outcome ${next.outcome}`] : [])].join(', ');
}

describe('transition, in every state and for every command', () => {
  it('is the table', () => {
    const table = Object.fromEntries(
      states.map((state) => {
        const byAnswer = new Map<string, string[]>();
        for (const [said, command] of Object.entries(commands)) {
          const answer = short(state, command);
          byAnswer.set(answer, [...(byAnswer.get(answer) ?? []), said]);
        }
        return [
          state.name,
          Object.fromEntries([...byAnswer].map(([answer, said]) => [answer, said.join(' | ')])),
        ];
      }),
    );
    expect(table).toMatchInlineSnapshot(`
      {
        "active, assigned": {
          "active, preparing": "claim | claim by another process",
          "conflict": "place | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled | surrender | expire | give up: error | give up: timeout",
          "finished, cancelled, outcome cancelled": "cancel",
          "queued, lost": "unclaim | revoke",
          "same": "repair",
        },
        "active, cancelled": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, cancelled, outcome cancelled": "cancel",
          "queued, cancelled": "repair",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "active, done": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, done, outcome cancelled": "cancel",
          "queued, done": "repair",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "active, failed": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, failed, outcome cancelled": "cancel",
          "queued, failed": "repair",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "active, judging": {
          "active, assigned": "place",
          "active, judging": "expire",
          "cancelling, judging": "cancel",
          "conflict": "claim | claim by another process | advance to running | advance to uploading | finish cancelled | surrender | unclaim",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome error": "give up: error",
          "finished, lost, outcome timeout": "give up: timeout",
          "queued, lost": "revoke",
          "same": "renew | advance to judging | repair",
        },
        "active, lost": {
          "active, superseded": "surrender",
          "conflict": "place | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost, outcome cancelled": "cancel",
          "queued, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "active, none": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, none, outcome cancelled": "cancel",
          "queued, none": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "active, preparing": {
          "active, assigned": "place",
          "active, judging": "advance to judging",
          "active, preparing": "expire",
          "active, running": "advance to running",
          "active, uploading": "advance to uploading",
          "cancelling, preparing": "cancel",
          "conflict": "claim by another process | finish cancelled | surrender | unclaim",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome error": "give up: error",
          "finished, lost, outcome timeout": "give up: timeout",
          "queued, lost": "revoke",
          "same": "claim | renew | repair",
        },
        "active, running": {
          "active, assigned": "place",
          "active, judging": "advance to judging",
          "active, running": "expire",
          "active, uploading": "advance to uploading",
          "cancelling, running": "cancel",
          "conflict": "claim | claim by another process | finish cancelled | surrender | unclaim",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome error": "give up: error",
          "finished, lost, outcome timeout": "give up: timeout",
          "queued, lost": "revoke",
          "same": "renew | advance to running | repair",
        },
        "active, superseded": {
          "conflict": "place | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, superseded, outcome cancelled": "cancel",
          "queued, superseded": "repair",
          "same": "surrender",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "active, uploading": {
          "active, assigned": "place",
          "active, judging": "advance to judging",
          "active, uploading": "expire",
          "cancelling, uploading": "cancel",
          "conflict": "claim | claim by another process | advance to running | finish cancelled | surrender | unclaim",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome error": "give up: error",
          "finished, lost, outcome timeout": "give up: timeout",
          "queued, lost": "revoke",
          "same": "renew | advance to uploading | repair",
        },
        "cancelling, assigned": {
          "cancelling, preparing": "claim | claim by another process",
          "conflict": "place | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled | surrender | expire | give up: error | give up: timeout",
          "finished, lost, outcome cancelled": "unclaim | revoke",
          "same": "cancel | repair",
        },
        "cancelling, cancelled": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, cancelled, outcome cancelled": "repair",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | cancel",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "cancelling, done": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, done, outcome cancelled": "repair",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | cancel",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "cancelling, failed": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, failed, outcome cancelled": "repair",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | cancel",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "cancelling, judging": {
          "conflict": "place | claim | claim by another process | advance to running | advance to uploading | surrender | unclaim",
          "finished, cancelled, outcome cancelled": "finish cancelled",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome cancelled": "revoke | expire | give up: error | give up: timeout",
          "same": "renew | advance to judging | cancel | repair",
        },
        "cancelling, lost": {
          "cancelling, superseded": "surrender",
          "conflict": "place | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost, outcome cancelled": "repair",
          "same": "cancel",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "cancelling, none": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, none, outcome cancelled": "repair",
          "same": "cancel",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "cancelling, preparing": {
          "cancelling, judging": "advance to judging",
          "cancelling, running": "advance to running",
          "cancelling, uploading": "advance to uploading",
          "conflict": "place | claim by another process | surrender | unclaim",
          "finished, cancelled, outcome cancelled": "finish cancelled",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome cancelled": "revoke | expire | give up: error | give up: timeout",
          "same": "claim | renew | cancel | repair",
        },
        "cancelling, running": {
          "cancelling, judging": "advance to judging",
          "cancelling, uploading": "advance to uploading",
          "conflict": "place | claim | claim by another process | surrender | unclaim",
          "finished, cancelled, outcome cancelled": "finish cancelled",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome cancelled": "revoke | expire | give up: error | give up: timeout",
          "same": "renew | advance to running | cancel | repair",
        },
        "cancelling, superseded": {
          "conflict": "place | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, superseded, outcome cancelled": "repair",
          "same": "surrender | cancel",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "cancelling, uploading": {
          "cancelling, judging": "advance to judging",
          "conflict": "place | claim | claim by another process | advance to running | surrender | unclaim",
          "finished, cancelled, outcome cancelled": "finish cancelled",
          "finished, done, outcome judged": "finish judged",
          "finished, done, outcome skipped": "finish skipped",
          "finished, failed, outcome error": "finish error",
          "finished, failed, outcome timeout": "finish timeout",
          "finished, lost, outcome cancelled": "revoke | expire | give up: error | give up: timeout",
          "same": "renew | advance to uploading | cancel | repair",
        },
        "finished, assigned": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "finished, cancelled": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "finished, done": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "finished, failed": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "finished, judging": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "finished, lost": {
          "conflict": "place | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, superseded": "surrender",
          "same": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "finished, none": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "same": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "finished, preparing": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "finished, running": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "finished, superseded": {
          "conflict": "place | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "same": "surrender | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "finished, uploading": {
          "conflict": "place | surrender | cancel | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, assigned": {
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, cancelled, outcome cancelled": "cancel",
          "queued, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, cancelled": {
          "active, assigned": "place",
          "conflict": "surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, cancelled, outcome cancelled": "cancel",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "queued, done": {
          "active, assigned": "place",
          "conflict": "surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, done, outcome cancelled": "cancel",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "queued, failed": {
          "active, assigned": "place",
          "conflict": "surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, failed, outcome cancelled": "cancel",
          "same": "finish judged | finish skipped | finish error | finish timeout | finish cancelled | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging",
        },
        "queued, judging": {
          "cancelling, judging": "cancel",
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "queued, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, lost": {
          "active, assigned": "place",
          "conflict": "unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, lost, outcome cancelled": "cancel",
          "queued, superseded": "surrender",
          "same": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, none": {
          "active, assigned": "place",
          "conflict": "surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, none, outcome cancelled": "cancel",
          "same": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, preparing": {
          "cancelling, preparing": "cancel",
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "queued, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, running": {
          "cancelling, running": "cancel",
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "queued, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, superseded": {
          "active, assigned": "place",
          "conflict": "unclaim | revoke | expire | give up: error | give up: timeout",
          "finished, superseded, outcome cancelled": "cancel",
          "same": "surrender | repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
        "queued, uploading": {
          "cancelling, uploading": "cancel",
          "conflict": "place | surrender | unclaim | revoke | expire | give up: error | give up: timeout",
          "queued, lost": "repair",
          "superseded": "claim | claim by another process | renew | advance to running | advance to uploading | advance to judging | finish judged | finish skipped | finish error | finish timeout | finish cancelled",
        },
      }
    `);
  });

  it('leaves a finished job finished, and an ended attempt ended', () => {
    for (const { state, command } of every) {
      const next = transition(state, command);
      if (!next.ok) continue;
      if (state.job === 'finished') expect(next.job).toBe('finished');
      if (state.attempt?.state === 'ended' && command.kind !== 'place') {
        expect(next.attempt?.state).toBe('ended');
      }
    }
  });

  it('keeps a job and its attempt in agreement, and mends those that are not', () => {
    for (const { state, said, command } of every) {
      const next = transition(state, command);
      if (!next.ok) continue;
      if (isConsistent(state) || command.kind === 'repair') {
        expect(isConsistent(next), `${state.name}: ${said}`).toBe(true);
      }
    }
  });

  it('tells of every change by an event, and of nothing else', () => {
    for (const { state, said, command } of every) {
      const next = transition(state, command);
      if (!next.ok) continue;
      const changed =
        next.job !== state.job ||
        next.replaced !== undefined ||
        next.attempt?.state !== state.attempt?.state ||
        next.attempt?.how !== state.attempt?.how;
      const told = next.events.filter((event) => event !== 'attempt.lease-expired');
      expect(told.length > 0, `${state.name}: ${said}`).toBe(changed);
      if (next.job !== state.job) expect(next.events).toContain(`job.${next.job}`);
    }
  });

  it('says what a job came to exactly when it finishes', () => {
    for (const { state, said, command } of every) {
      const next = transition(state, command);
      if (!next.ok) continue;
      const finishes = next.job === 'finished' && state.job !== 'finished';
      expect(next.outcome !== undefined, `${state.name}: ${said}`).toBe(finishes);
    }
  });
});
