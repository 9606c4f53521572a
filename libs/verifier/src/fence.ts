import { never, type Association, type Command, type History } from '@fenceline/history';
import { cqtUnder, type Profile } from './profiles.js';
import { firstOf, spanOf, type Span } from './uncertainty.js';

const nsPerMs = 1_000_000;
const keepAliveOpcode = 0x18;

/**
 * The moment from which commands of an association can no longer take effect, for one of its two sides;
 * `never` where the fence does not end within the recording.
 */
export interface FenceEnd extends Span {
  /** What ends it by the time stamps. */
  by: 'ccr' | 'reset' | 'time';
}

/**
 * Host fence end of an association: the earliest of CCR success delivered to the host, a confirmed Controller
 * Level Reset delivered to it, and H + (TBKAS ? 3 : 2) × KATO + CQT.
 *
 * A profile that asks for no hold where CQT is 0 ends the fence with the give-up itself: not at H, because a
 * host's socket may still send queued bytes for the first time while it is being torn down. An association
 * that is never given up has no fence, so that its end is `never`. Base 2.1 (TP4129) and 2.3 (TP8028).
 */
export function hostFenceEnd(
  history: History,
  association: Association,
  giveUpAt: number,
  profile: Profile,
): FenceEnd {
  if (giveUpAt === never) return { ...spanOf(history, never), by: 'time' };
  return earliest(
    spanOf(history, association.ccrSuccessDeliveredAt),
    spanOf(history, association.resetConfirmedDeliveredAt),
    holdEnd(history, association, giveUpAt, profile),
  );
}

function holdEnd(
  history: History,
  association: Association,
  giveUpAt: number,
  profile: Profile,
): Span {
  const cqtMs = cqtUnder(profile, association.cqtMs);
  if (cqtMs === null) return spanOf(history, giveUpAt);
  const from = profile.holdStart === 'give-up' ? giveUpAt : association.lastNewHostBytesAt;
  const holdMs = (association.tbkas ? 3 : 2) * association.katoMs + cqtMs;
  return spanOf(history, from + holdMs * nsPerMs, from);
}

/**
 * A moment that an apply must not come after. Where it is an answer of the node, it came after the command that
 * it answers was handed to the node (`after`), which is an act of our own as every apply is: an apply before
 * that is ordered by cause.
 */
export interface Limit extends Span {
  after?: number | undefined;
}

/** Target fence end: CCR success or the confirmation of a reset, as it left the node. No time ends it. */
export function targetFenceEnd(history: History, association: Association): FenceEnd & Limit {
  const success = ccrSuccessLeaving(history, association);
  const end = earliest(
    success,
    spanOf(history, association.resetConfirmedSentAt),
    spanOf(history, never),
  );
  return association.resetConfirmedSentAt === never ? { ...end, after: success.after } : end;
}

/** The success of a CCR, as it left the node. */
export function ccrSuccessLeaving(history: History, association: Association): Limit {
  return {
    ...spanOf(history, association.ccrSuccessSentAt),
    after: association.ccrSuccessAskedAt,
  };
}

/**
 * The bound until which a target may apply commands of a lost association:
 * T + (TBKAS ? 2 : 1) × KATO + CQT, T being the last command (TBKAS) or the last Keep Alive (not TBKAS) that
 * became complete. `never` where the target promised nothing: CQT 0 under a profile without a value for it,
 * or no keep-alive time-out.
 */
export function targetBound(
  association: Association,
  lastKeepAliveAt: number,
  profile: Profile,
): number {
  const cqtMs = cqtUnder(profile, association.cqtMs);
  if (cqtMs === null || association.katoMs === 0) return never;
  const last = association.tbkas ? association.lastCompleteAt : lastKeepAliveAt;
  return last + ((association.tbkas ? 2 : 1) * association.katoMs + cqtMs) * nsPerMs;
}

/** When the last Keep Alive of each association became complete; its admin Connect stands in where none did. */
export function lastKeepAlives(
  associations: readonly Association[],
  commands: readonly Command[],
): number[] {
  const last = associations.map((association) => association.connectedAt);
  for (const command of commands) {
    if (command.qid !== 0 || command.opcode !== keepAliveOpcode || command.completeAt === never) {
      continue;
    }
    const id = command.association;
    last[id] = Math.max(last[id]!, command.completeAt);
  }
  return last;
}

function earliest(ccr: Span, reset: Span, time: Span): FenceEnd {
  const end = firstOf([ccr, reset, time]);
  if (ccr.at !== never && ccr.at === end.at) return { ...end, by: 'ccr' };
  if (reset.at !== never && reset.at === end.at) return { ...end, by: 'reset' };
  return { ...end, by: 'time' };
}
