import { expect, it } from 'vitest';
import { checkHistory, type Law } from './check-history.js';
import type { EventRow, ServiceHistory } from './history.js';

const evidence = 'e'.repeat(64);
const late = 'd'.repeat(64);

/** A job whose first worker was lost and gave up what it had, and whose second one brought it to its end. */
function good(): ServiceHistory {
  const log: [string, Partial<EventRow>][] = [
    ['run.submitted', { jobId: null }],
    ['job.queued', {}],
    ['job.active', { attemptId: 'one' }],
    ['attempt.assigned', { attemptId: 'one' }],
    ['attempt.claimed', { attemptId: 'one' }],
    ['attempt.running', { attemptId: 'one' }],
    ['attempt.lease-expired', { attemptId: 'one' }],
    ['attempt.ended', { attemptId: 'one', how: 'lost' }],
    ['attempt.assigned', { attemptId: 'two' }],
    ['attempt.claimed', { attemptId: 'two' }],
    ['attempt.running', { attemptId: 'two' }],
    ['attempt.uploading', { attemptId: 'two' }],
    ['attempt.judging', { attemptId: 'two' }],
    ['judgement.added', { attemptId: 'two' }],
    ['attempt.ended', { attemptId: 'two', how: 'done' }],
    ['job.finished', { outcome: 'pass' }],
    ['artifact.published', { attemptId: 'one' }],
    ['attempt.ended', { attemptId: 'one', how: 'superseded' }],
  ];
  const attempt = { jobId: 'job', state: 'ended', claimed: true };
  return {
    accepted: [{ runId: 'run', jobs: 1 }],
    jobs: [{ id: 'job', runId: 'run', state: 'finished' }],
    attempts: [
      { ...attempt, id: 'one', number: 1, how: 'superseded', fencingToken: 7n },
      { ...attempt, id: 'two', number: 2, how: 'done', fencingToken: 9n },
    ],
    outcomes: [{ jobId: 'job', attemptId: 'two', judgementId: 'judgement', outcome: 'pass' }],
    judgements: [
      {
        id: 'judgement',
        jobId: 'job',
        attemptId: 'two',
        evidenceSha256: evidence,
        madeBy: 'two',
      },
    ],
    artifacts: [
      { attemptId: 'two', kind: 'evidence', sha256: evidence },
      { attemptId: 'one', kind: 'evidence', sha256: late },
    ],
    blobs: new Map([
      [evidence, 5],
      [late, 6],
    ]),
    files: new Map([
      [evidence, { sha256: evidence, bytes: 5 }],
      [late, { sha256: late, bytes: 6 }],
    ]),
    overwritten: [],
    events: log.map(([type, fields], index) => ({
      ...{ number: index + 1, type, jobId: 'job', attemptId: null, how: null, outcome: null },
      ...fields,
    })),
    seen: log.map(([type], index) => ({ number: index + 1, type })),
    unrung: [],
    replays: [{ attemptId: 'one', status: 409, problem: 'superseded' }],
    deaths: [],
    leftovers: [],
  };
}

it('finds nothing in a good history', () => {
  expect(checkHistory(good())).toEqual([]);
});

/** Takes an event out, and closes the gap in the numbers. */
function without(history: ServiceHistory, type: string, attemptId: string | null): void {
  const at = history.events.findIndex(
    (event) => event.type === type && event.attemptId === attemptId,
  );
  history.events.splice(at, 1);
  history.events.forEach((event, index) => (event.number = index + 1));
  history.seen = history.events.map(({ number, type: name }) => ({ number: number!, type: name }));
}

/** What is done to a good history, and the laws that it breaks then, each and no other. */
const broken: [string, (history: ServiceHistory) => void, Law[]][] = [
  ['a job of a run is missing', ({ accepted }) => (accepted[0]!.jobs = 2), ['no job is lost']],
  [
    'a job has no outcome',
    (history) => (history.outcomes = []),
    ['no job is lost', 'states follow each other'],
  ],
  [
    'a job is still active',
    ({ jobs }) => (jobs[0]!.state = 'active'),
    ['no job is lost', 'states follow each other'],
  ],
  [
    'a job has two outcomes',
    ({ outcomes }) => outcomes.push({ ...outcomes[0]! }),
    ['every job has one outcome'],
  ],
  [
    'an older attempt decides',
    ({ outcomes, judgements, artifacts }) => {
      outcomes[0]!.attemptId = 'one';
      Object.assign(judgements[0]!, { attemptId: 'one', madeBy: 'one', evidenceSha256: late });
      artifacts.splice(0, 1);
    },
    ['the newest attempt decides'],
  ],
  [
    'a greater token was given out',
    ({ attempts }) => (attempts[0]!.fencingToken = 10n),
    ['the newest attempt decides'],
  ],
  [
    'an attempt of nowhere decides',
    ({ outcomes, judgements, artifacts }) => {
      outcomes[0]!.attemptId = 'three';
      Object.assign(judgements[0]!, { attemptId: 'three', madeBy: 'three' });
      artifacts.push({ attemptId: null, kind: 'log', sha256: late });
      artifacts.push({ attemptId: 'three', kind: 'evidence', sha256: evidence });
    },
    ['the newest attempt decides', 'no stale result is published'],
  ],
  [
    'a verdict without a judgement',
    ({ outcomes }) => (outcomes[0]!.judgementId = null),
    ['no stale result is published'],
  ],
  [
    'the judgement of another attempt decides',
    ({ judgements, artifacts }) => {
      judgements[0]!.attemptId = 'one';
      artifacts[0]!.attemptId = 'one';
    },
    ['no stale result is published'],
  ],
  [
    'a verdict comes under the name of another attempt',
    ({ judgements }) => (judgements[0]!.madeBy = 'one'),
    ['no stale result is published'],
  ],
  [
    'a lost attempt publishes',
    ({ attempts, events }) => {
      attempts[0]!.how = 'lost';
      events.at(-1)!.how = 'superseded';
    },
    ['no stale result is published'],
  ],
  ['bytes are missing', ({ files }) => files.delete(late), ['an artifact has its bytes']],
  [
    'bytes are others',
    ({ files }) => files.set(late, { sha256: evidence, bytes: 6 }),
    ['an artifact has its bytes'],
  ],
  [
    'bytes are cut',
    ({ files }) => files.set(late, { sha256: late, bytes: 3 }),
    ['an artifact has its bytes'],
  ],
  [
    'what was judged is not there',
    ({ judgements }) => (judgements[0]!.evidenceSha256 = late),
    ['an artifact has its bytes'],
  ],
  [
    'a blob is written over',
    ({ overwritten }) => overwritten.push(late),
    ['no blob is overwritten'],
  ],
  [
    'an event has no number',
    ({ events, seen }) => {
      events.at(-1)!.number = null;
      seen.pop();
    },
    ['events have no gap'],
  ],
  [
    'a number is left out',
    ({ events, seen }) => {
      events.at(-1)!.number = 30;
      seen.at(-1)!.number = 30;
    },
    ['events have no gap', 'a subscriber sees every event once'],
  ],
  [
    'a subscriber misses an event',
    ({ seen }) => seen.splice(4, 1),
    ['a subscriber sees every event once'],
  ],
  [
    'a subscriber sees an event twice',
    ({ seen }) => seen.splice(4, 0, { ...seen[4]! }),
    ['a subscriber sees every event once'],
  ],
  [
    'a subscriber does not see the end',
    ({ seen }) => seen.pop(),
    ['a subscriber sees every event once'],
  ],
  [
    'a subscriber sees another event',
    ({ seen }) => (seen[4]!.type = 'job.finished'),
    ['a subscriber sees every event once'],
  ],
  [
    'an attempt begins beside another one',
    (history) => without(history, 'attempt.ended', 'one'),
    ['states follow each other'],
  ],
  [
    'a job finishes beside an attempt',
    (history) => without(history, 'attempt.ended', 'two'),
    ['states follow each other'],
  ],
  [
    'an attempt runs that nobody claimed',
    (history) => without(history, 'attempt.claimed', 'two'),
    ['states follow each other'],
  ],
  [
    'a job finishes twice',
    ({ events, seen }) => {
      events.push({ ...events[15]!, number: 19 });
      seen.push({ number: 19, type: 'job.finished' });
    },
    ['states follow each other'],
  ],
  [
    'the log and the outcome differ',
    ({ events }) => (events[15]!.outcome = 'violation'),
    ['states follow each other'],
  ],
  ['a doorbell is left', ({ unrung }) => unrung.push('row 1'), ['every doorbell is rung']],
  [
    'a stale completion is taken',
    ({ replays }) => (replays[0] = { attemptId: 'one', status: 204, problem: '' }),
    ['a stale completion is refused'],
  ],
  [
    'a stale completion is refused for another reason',
    ({ replays }) => (replays[0]!.problem = 'conflict'),
    ['a stale completion is refused'],
  ],
  ['a process dies', ({ deaths }) => deaths.push('control plane'), ['nothing ends by itself']],
  ['a process is left', ({ leftovers }) => leftovers.push('process 1'), ['nothing is left']],
];

it.each(broken)('finds that %s', (_, spoil, laws) => {
  const history = good();
  spoil(history);
  expect([...new Set(checkHistory(history).map(({ law }) => law))]).toEqual(laws);
});
