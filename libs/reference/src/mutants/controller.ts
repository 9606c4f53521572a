import type { RuleName } from '@fenceline/contracts';
import { CcrStatus } from '@fenceline/nvme';
import { correctController, type ControllerDecisions } from '../controller/decisions.js';

/** A controller that does one thing wrong on purpose, and how the oracle must find it. */
export interface ControllerMutant {
  name: string;
  /** What it does, in one line. */
  wrong: string;
  /** The rule that must find it. */
  rule: RuleName;
  blame: 'target';
  decisions: ControllerDecisions;
}

type Wrong = Omit<ControllerMutant, 'name' | 'blame' | 'decisions'> & {
  /** The decisions that differ from the correct controller's. */
  differs: Partial<ControllerDecisions>;
};

const wrongs: Readonly<Record<string, Wrong>> = {
  'applies-after-reset': {
    wrong:
      'Writes that waited in the controller still go to the medium after its reset has succeeded.',
    rule: 'no-write-after-fence',
    differs: { maySubmitAfter: (cause) => cause === 'cross-controller-reset' },
  },
  'success-before-quiet': {
    wrong:
      'Reports the success of a reset while requests of the impaired controller are at the medium.',
    rule: 'no-write-after-fence',
    differs: {
      isQuiet: ({ submitted, cause }) => cause === 'cross-controller-reset' || submitted === 0,
    },
  },
  'success-at-bound': {
    wrong:
      'Reports a reset as successful when its bound has passed, whatever is still at the medium.',
    rule: 'no-write-after-fence',
    differs: { outcomeAtBound: () => CcrStatus.success },
  },
  'gone-before-quiet': {
    wrong:
      'Answers IRS=1 for an instance whose keep alive has expired, with requests still at the medium.',
    rule: 'no-write-after-fence',
    differs: { isGone: () => true },
  },
  'success-of-unknown': {
    wrong: 'Answers IRS=1 for a controller that it does not know: one of another node.',
    rule: 'no-write-after-fence',
    differs: { isUnknownReset: () => true },
  },
  'success-of-silent-peer': {
    wrong: 'Reports success when the node whose controller is impaired cannot be reached.',
    rule: 'no-write-after-fence',
    differs: { outcomeOfSilentPeer: () => CcrStatus.success },
  },
  'disabled-before-quiet': {
    wrong: 'Lets CSTS.RDY fall, or SHST rise, while requests are at the medium.',
    rule: 'no-write-after-fence',
    differs: {
      isQuiet: ({ submitted, cause }) =>
        cause === 'disabled' || cause === 'shut-down' || submitted === 0,
    },
  },
  'ignores-cqt': {
    wrong:
      'Writes that waited in the controller go to the medium after its keep alive has expired.',
    rule: 'keep-alive-duty',
    differs: {
      maySubmitAfter: (cause) => cause === 'keep-alive-expired' || cause === 'connection-lost',
    },
  },
  'never-expires': {
    wrong: 'Keeps an association, and applies its writes, although its keep alive has expired.',
    rule: 'keep-alive-duty',
    differs: { hasExpired: () => false },
  },
  'answers-after-reset': {
    wrong: 'Goes on answering and applying commands of a controller whose reset has succeeded.',
    rule: 'ccr-conformance',
    differs: {
      closesConnections: (cause) => cause !== 'cross-controller-reset',
      maySubmitAfter: (cause) => cause === 'cross-controller-reset',
    },
  },
  'any-cirn': {
    wrong: 'Takes a CCR by CNTLID and host alone: one for an instance that is gone hits the next.',
    rule: 'ccr-conformance',
    differs: {
      isMeant: (named, { cntlid, hostNqn }) => named.cntlid === cntlid && named.hostNqn === hostNqn,
    },
  },
  'same-cirn': {
    wrong: 'Keeps the CIRN of a CNTLID from one instance to the next.',
    rule: 'ccr-conformance',
    differs: { randomNumber: (fresh, before) => before ?? fresh },
  },
  'wrong-entry': {
    wrong: 'Writes the source, instead of the impaired controller, into the entry of the log page.',
    rule: 'ccr-conformance',
    differs: {
      logEntry: (operation, source) => ({ ...operation, icid: source.cntlid, ciu: source.ciu }),
    },
  },
  'event-without-entry': {
    wrong: 'Sends the event "CCR completed" and makes no entry in the log page.',
    rule: 'ccr-conformance',
    differs: { logEntry: () => null },
  },
  'event-too-early': {
    wrong: 'Sends the event when a reset begins, and none when it has ended.',
    rule: 'ccr-conformance',
    differs: { announces: (status) => status === CcrStatus.inProgress },
  },
  'drops-acknowledged-write': {
    wrong: 'Acknowledges every 50th write without writing it.',
    rule: 'reads-consistent',
    differs: { isSubmitted: (write) => write % 50 !== 0 },
  },
  'acknowledges-too-early': {
    wrong: 'Acknowledges a write before the medium has it: an older one that lands later is stale.',
    rule: 'no-stale-overwrite',
    differs: { acknowledges: () => 'when-submitted' },
  },
  'alters-data': {
    wrong: 'Turns around the last byte of what it writes.',
    rule: 'medium-equals-wire',
    differs: { dataOf: (data) => data.map((byte, i) => (i === data.length - 1 ? ~byte : byte)) },
  },
};

/** Every controller mutant. */
export const controllerMutants: readonly ControllerMutant[] = Object.entries(wrongs).map(
  ([name, { differs, ...told }]) => ({
    name,
    ...told,
    blame: 'target',
    decisions: { ...correctController, ...differs },
  }),
);
