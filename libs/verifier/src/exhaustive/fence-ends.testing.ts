import { never, type Association, type Command, type History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { giveUpOf } from './give-up.testing.js';
import { stamped, type Moment, type Reading } from './reading.testing.js';

/**
 * An end that is the earliest of several moments. They are kept apart, because which of them is the earliest
 * may be in doubt. Without any, it never comes.
 */
export type EarliestOf = readonly Moment[];

/** The moment is before the end: before each of what may bring it. */
export function isBeforeEnd(reading: Reading, moment: Moment, end: EarliestOf): boolean {
  return end.every((it) => reading.before(moment, it));
}

/** The end is before the moment. */
export function hasEndedBefore(reading: Reading, end: EarliestOf, moment: Moment): boolean {
  return end.some((it) => reading.before(it, moment));
}

const ns = (ms: number) => ms * 1e6;
const thatCame = (moments: Moment[]) => moments.filter(({ at }) => at !== never);

/** CQT as the profile counts it, in ms; null: nothing is promised, and no hold is asked for. */
function cqtMs({ cqtMs: reported }: Association, { cqtZero }: Profile): number | null {
  if (reported > 0) return reported;
  return 'ms' in cqtZero ? cqtZero.ms : null;
}

/** The profile asks the host to hold commands of an association that it gives up. */
export function asksForHold(association: Association, profile: Profile): boolean {
  return cqtMs(association, profile) !== null;
}

/** Host fence end (docs/rules, Fence ends). It exists only for an association that was given up. */
export function hostFenceEnd(
  history: History,
  association: Association,
  profile: Profile,
): EarliestOf {
  const givenUpAt = giveUpOf(history, association);
  if (givenUpAt === never) return [];
  const quiesceMs = cqtMs(association, profile);
  const h = association.lastNewHostBytesAt;
  const byTime: Moment =
    quiesceMs === null
      ? stamped(givenUpAt)
      : {
          at: h + ns((association.tbkas ? 3 : 2) * association.katoMs + quiesceMs),
          stampedAt: h,
        };
  return thatCame([
    stamped(association.ccrSuccessDeliveredAt),
    stamped(association.resetConfirmedDeliveredAt),
    byTime,
  ]);
}

/** Target fence end: CCR success, or the confirmation of a reset, as it left the node. */
export function targetFenceEnd(association: Association): EarliestOf {
  return thatCame([
    stamped(association.ccrSuccessSentAt),
    stamped(association.resetConfirmedSentAt),
  ]);
}

/** The target's bound by time. */
export function targetBound(
  association: Association,
  profile: Profile,
  history: History,
): EarliestOf {
  const quiesceMs = cqtMs(association, profile);
  if (association.katoMs === 0 || quiesceMs === null) return [];
  const t = lastSignOfLife(association, history.commands);
  if (t === -never) return [];
  const at = t + ns((association.tbkas ? 2 : 1) * association.katoMs + quiesceMs);
  return [{ at, stampedAt: t }];
}

/** T: the last command (TBKAS), or the last Keep Alive (no TBKAS), that became complete; else the Connect. */
function lastSignOfLife(association: Association, commands: readonly Command[]): number {
  const { id, tbkas, connectedAt } = association;
  const complete = commands
    .filter(({ association, name }) => association === id && (tbkas || name === 'Keep Alive'))
    .map(({ completeAt }) => completeAt)
    .filter((at) => at !== never);
  return Math.max(tbkas ? -never : connectedAt, ...complete);
}
