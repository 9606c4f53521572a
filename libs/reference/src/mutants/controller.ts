import { CcrStatus } from '@fenceline/nvme';
import { correctController, type ControllerDecisions } from '../controller/decisions.js';
import { mutantNamed, type Mutant } from './mutant.js';

/** A controller that does one thing wrong. */
export type ControllerMutant = Mutant<ControllerDecisions>;

/** Every 20th write waits in the controller longer than any fence of a scenario with KATO 5 s lasts. */
const waitMs = (write: number) => (write % 20 === 0 ? 30_000 : 0);

/** What a mutant is but for its name and its blame: all of these are the target's faults. */
const wrongs: Readonly<Record<string, Omit<ControllerMutant, 'name' | 'blame'>>> = {
  'applies-after-reset': {
    wrong:
      'keeps some writes for 30 s, and lets them go to the medium after a reset that has succeeded',
    rule: 'no-write-after-fence',
    decisions: { maySubmitAfter: (cause) => cause === 'cross-controller-reset', waitMs },
  },
  'success-before-quiet': {
    wrong:
      'reports the success of a reset while requests of the impaired controller are at the medium',
    rule: 'no-write-after-fence',
    decisions: {
      isQuiet: ({ submitted, cause }) => cause === 'cross-controller-reset' || submitted === 0,
    },
  },
  'success-at-bound': {
    wrong:
      'reports a reset as successful when its bound has passed, whatever is still at the medium',
    rule: 'no-write-after-fence',
    decisions: { outcomeAtBound: () => CcrStatus.success },
  },
  'gone-before-quiet': {
    wrong:
      'answers IRS=1 for an instance whose keep alive has expired, with requests still at the medium',
    rule: 'no-write-after-fence',
    decisions: { isGone: () => true },
  },
  'success-of-unknown': {
    wrong: 'answers IRS=1 for a controller that it does not know: one of another node',
    rule: 'no-write-after-fence',
    decisions: { isUnknownReset: () => true },
  },
  'success-of-silent-peer': {
    wrong: 'reports success when the node whose controller is impaired cannot be reached',
    rule: 'no-write-after-fence',
    decisions: { outcomeOfSilentPeer: () => CcrStatus.success },
  },
  'ignores-cqt': {
    wrong:
      'keeps some writes for 30 s, and lets them go to the medium after the keep alive has expired',
    rule: 'keep-alive-duty',
    decisions: {
      maySubmitAfter: (cause) => cause === 'keep-alive-expired' || cause === 'connection-lost',
      waitMs,
    },
  },
  'never-expires': {
    wrong:
      'keeps some writes for 30 s, and applies them as it keeps an association whose keep alive has expired',
    rule: 'keep-alive-duty',
    decisions: { hasExpired: () => false, waitMs },
  },
  'answers-after-reset': {
    wrong: 'goes on answering and applying commands of a controller whose reset has succeeded',
    rule: 'ccr-conformance',
    decisions: {
      closesConnections: (cause) => cause !== 'cross-controller-reset',
      maySubmitAfter: (cause) => cause === 'cross-controller-reset',
    },
  },
  'any-cirn': {
    wrong: 'takes a CCR by CNTLID and host alone: one for an instance that is gone hits the next',
    rule: 'ccr-conformance',
    decisions: {
      isMeant: (named, { cntlid, hostNqn }) => named.cntlid === cntlid && named.hostNqn === hostNqn,
    },
  },
  'same-cirn': {
    wrong: 'keeps the CIRN of a CNTLID from one instance to the next',
    rule: 'ccr-conformance',
    decisions: { randomNumber: (fresh, before) => before ?? fresh },
  },
  'wrong-entry': {
    wrong: 'writes the source, instead of the impaired controller, into the entry of the log page',
    rule: 'ccr-conformance',
    decisions: {
      logEntry: (operation, source) => ({ ...operation, icid: source.cntlid, ciu: source.ciu }),
    },
  },
  'event-without-entry': {
    wrong: 'sends the event "CCR completed" and makes no entry in the log page',
    rule: 'ccr-conformance',
    decisions: { logEntry: () => null },
  },
  'event-too-early': {
    wrong: 'sends the event when a reset begins, and none when it has ended',
    rule: 'ccr-conformance',
    decisions: { announces: (status) => status === CcrStatus.inProgress },
  },
  'drops-acknowledged-write': {
    wrong: 'acknowledges every 20th write without writing it',
    rule: 'reads-consistent',
    decisions: { isSubmitted: (write) => write % 20 !== 0 },
  },
  'acknowledges-too-early': {
    wrong:
      'acknowledges a write that the medium does not do soon: a newer one may be done before it',
    rule: 'no-stale-overwrite',
    decisions: { acknowledgesUndoneAfterMs: () => 20 },
  },
  'alters-data': {
    wrong: 'turns around the last byte of what it writes',
    rule: 'medium-equals-wire',
    decisions: { dataOf: (data) => data.map((byte, i) => (i === data.length - 1 ? ~byte : byte)) },
  },
};

/** Every controller mutant. */
export const controllerMutants: readonly ControllerMutant[] = Object.entries(wrongs).map(
  ([name, mutant]) => ({ name, ...mutant, blame: 'target' }),
);

/**
 * The decisions of the controller mutant with this name; of the correct controller where it is null.
 * @throws where there is no such mutant
 */
export function controllerDecisionsNamed(name: string | null): ControllerDecisions {
  return name === null
    ? correctController
    : controllerDecisionsOf(mutantNamed(controllerMutants, name));
}

/** The decisions of a controller that is this mutant. */
export const controllerDecisionsOf = ({ decisions }: ControllerMutant): ControllerDecisions => ({
  ...correctController,
  ...decisions,
});
