import { CcrStatus } from '@fenceline/nvme';
import { correctHost, type HostDecisions } from '../host/decisions.js';
import { mutantNamed, type Mutant } from './mutant.js';

/** A host that does one thing wrong. */
export type HostMutant = Mutant<HostDecisions>;

const longMs = 30_000;

/** What a mutant is but for its blame: all of these are the host's faults. */
const mutants: readonly Omit<HostMutant, 'blame'>[] = [
  {
    name: 'failed-entry-is-success',
    wrong: 'takes a log entry with CCRS=2 (failed) for success, because the operation has ended',
    rule: 'no-early-retry',
    decisions: {
      readEntry: ({ status }) => (status === CcrStatus.inProgress ? 'in-progress' : 'succeeded'),
    },
  },
  {
    name: 'sources-in-any-order',
    wrong:
      'asks the source with the highest CNTLID first and then only those above it, so that one refusal skips all others',
    rule: 'fence-not-longer-than-needed',
    decisions: {
      nextSource: (sources, lastAsked) =>
        sources.filter(({ cntlid }) => cntlid > lastAsked).sort((a, b) => b.cntlid - a.cntlid)[0],
    },
  },
  {
    name: 'waits-for-dead-sources',
    wrong: 'asks sources that are lost as well, and gives each of them a full wait',
    rule: 'fence-not-longer-than-needed',
    decisions: {
      mayAsk: ({ ccrl, slotsInUse }) => slotsInUse < ccrl,
      answerWaitMs: () => longMs,
    },
  },
  {
    name: 'first-timer-releases-all',
    wrong: 'lets the timer of an earlier loss release the commands of a later one of the same path',
    rule: 'no-early-retry',
    decisions: { timerReleases: () => true },
  },
  {
    name: 'connect-error-stalls',
    wrong: 'stops trying to connect after the first error while CONNECTING',
    rule: 'path-restored',
    decisions: { reconnects: (failures) => failures === 0 },
  },
  {
    name: 'hold-from-first-failed-command',
    wrong: 'starts its hold when the oldest unanswered command was sent, not when it fell silent',
    rule: 'no-early-retry',
    decisions: { holdFrom: ({ firstUnansweredAt }) => firstUnansweredAt },
  },
  {
    name: 'ignores-cqt',
    wrong: 'leaves CQT out of its hold',
    rule: 'no-early-retry',
    decisions: { holdMs: ({ tbkas, katoMs }) => (tbkas ? 3 : 2) * katoMs },
  },
  {
    name: 'milliseconds-for-seconds',
    wrong: 'counts KATO in seconds where its hold is in milliseconds',
    rule: 'no-early-retry',
    decisions: {
      holdMs: (promise, cqtZeroMs) =>
        correctHost.holdMs({ ...promise, katoMs: promise.katoMs / 1000 }, cqtZeroMs),
    },
  },
  {
    name: 'old-cirn',
    wrong: 'names the CIRN of the instance before the one that it lost',
    rule: 'ccr-conformance',
    decisions: {
      instanceToReset: (lost, before) => ({ ...lost, cirn: before?.cirn ?? lost.cirn }),
    },
  },
  {
    name: 'answer-is-success',
    wrong: 'retries when the CCR command was answered with success, though the operation goes on',
    rule: 'no-early-retry',
    decisions: { readAnswer: ({ status }) => (status === 0 ? 'succeeded' : 'refused') },
  },
  {
    name: 'holds-one-queue',
    wrong: 'holds only the commands of the queue that failed',
    rule: 'no-early-retry',
    decisions: { holdsQueue: (qid, failedQid) => qid === failedQid },
  },
  {
    name: 'keeps-slot-of-refusal',
    wrong: 'does not give the slot of a source back that refused the command',
    rule: 'fence-not-longer-than-needed',
    decisions: { returnsSlot: ({ kind }) => kind !== 'not-taken' },
  },
  {
    name: 'event-is-success',
    wrong: 'takes the event "CCR completed" for success without a look at the log page',
    rule: 'no-early-retry',
    decisions: { eventIsProof: () => true },
  },
  {
    name: 'any-entry-counts',
    wrong: 'takes any entry of the log page for that of its own reset',
    rule: 'no-early-retry',
    decisions: { entryCounts: () => true },
  },
  {
    name: 'no-hold-for-zero-cqt',
    wrong: 'reads a CQT of 0 as leave to retry at once',
    rule: 'no-early-retry',
    decisions: {
      holdMs: (promise, cqtZeroMs) =>
        promise.cqtMs === 0 ? 0 : correctHost.holdMs(promise, cqtZeroMs),
    },
  },
  {
    name: 'ignores-tbkas',
    wrong: 'holds for 2 × KATO where traffic based keep alive asks for 3',
    rule: 'no-early-retry',
    decisions: {
      holdMs: (promise, cqtZeroMs) => correctHost.holdMs({ ...promise, tbkas: false }, cqtZeroMs),
    },
  },
  {
    name: 'no-hold-after-failed-reset',
    wrong: 'retries as soon as it is told that the reset has failed',
    rule: 'no-early-retry',
    decisions: {
      releasesAfter: (end) => correctHost.releasesAfter(end) || end.kind === 'operation-failed',
    },
  },
  {
    name: 'no-hold-without-source',
    wrong: 'retries at once where there is no source to be asked',
    rule: 'no-early-retry',
    decisions: {
      releasesAfter: (end) => correctHost.releasesAfter(end) || end.kind === 'no-source',
    },
  },
  {
    name: 'keeps-talking',
    wrong:
      'keeps the connections of a lost association open, and its keep alives going, during the hold',
    rule: 'no-early-retry',
    decisions: { silencesAtOnce: () => false },
  },
  {
    name: 'waits-out-its-time',
    wrong: 'holds until its time is up although the reset has succeeded',
    rule: 'recovers-in-time',
    decisions: { releasesAfter: ({ kind }) => kind === 'deadline' },
  },
  {
    name: 'resumes-late',
    wrong: 'lets the held commands wait after their fence has ended',
    rule: 'recovers-in-time',
    decisions: { resumeDelayMs: () => longMs },
  },
  {
    name: 'never-asks',
    wrong: 'asks no source for a reset, though one is live and has a free slot',
    rule: 'fence-not-longer-than-needed',
    decisions: { mayAsk: () => false },
  },
  {
    name: 'never-reconnects',
    wrong: 'leaves a path that it lost as it is',
    rule: 'path-restored',
    decisions: { reconnects: () => false },
  },
  {
    name: 'keeps-refused-commands',
    wrong: 'lets a command wait that its path has refused, though another path is usable',
    rule: 'fails-over-promptly',
    decisions: { failoverDelayMs: () => longMs },
  },
  {
    name: 'tells-path-errors',
    wrong: 'gives the application an error when a path fails, though another path is usable',
    rule: 'no-io-error',
    decisions: { hidesPathErrors: () => false },
  },
  {
    name: 'retries-other-bytes',
    wrong: 'sends other bytes in the last block of a retry, as from a buffer that was used again',
    rule: 'payload-stable',
    decisions: {
      dataOfRetry: (data) => data.map((byte, i) => (i < data.length - 1 ? byte : byte ^ 1)),
    },
  },
];

/** Every host mutant, for tables and scenarios. */
export const hostMutants: readonly HostMutant[] = mutants.map((mutant) => ({
  ...mutant,
  blame: 'host',
}));

/**
 * The decisions of the host mutant with this name; of the correct host where it is null.
 * @throws where there is no such mutant
 */
export function hostDecisionsNamed(name: string | null): HostDecisions {
  return name === null ? correctHost : hostDecisionsOf(mutantNamed(hostMutants, name));
}

/** The decisions of a host mutant: the correct ones but for its own. */
export const hostDecisionsOf = ({ decisions }: HostMutant): HostDecisions => ({
  ...correctHost,
  ...decisions,
});
