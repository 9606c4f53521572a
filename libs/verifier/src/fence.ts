import { never, type Association, type Command } from '@fenceline/history';
import { cqtUnder, type Profile } from './profiles.js';

const nsPerMs = 1_000_000;
const keepAliveOpcode = 0x18;

/** The moment from which commands of an association can no longer take effect, for one of its two sides. */
export interface FenceEnd {
  /** In ns; `never` where the fence does not end within the recording. */
  at: number;
  by: 'ccr' | 'reset' | 'time';
  /** The moment of the recording from which it is counted: its time stamp is the one that may be late. */
  from: number;
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
  association: Association,
  giveUpAt: number,
  profile: Profile,
): FenceEnd {
  if (giveUpAt === never) return { at: never, by: 'time', from: never };
  return earliest(
    association.ccrSuccessDeliveredAt,
    association.resetConfirmedDeliveredAt,
    holdEnd(association, giveUpAt, profile),
  );
}

function holdEnd(association: Association, giveUpAt: number, profile: Profile): FenceEnd {
  const cqtMs = cqtUnder(profile, association.cqtMs);
  if (cqtMs === null) return { at: giveUpAt, by: 'time', from: giveUpAt };
  const from = profile.holdStart === 'give-up' ? giveUpAt : association.lastNewHostBytesAt;
  const holdMs = (association.tbkas ? 3 : 2) * association.katoMs + cqtMs;
  return { at: from + holdMs * nsPerMs, by: 'time', from };
}

/** Target fence end: CCR success or the confirmation of a reset, as it left the node. No time ends it. */
export function targetFenceEnd(association: Association): FenceEnd {
  const { ccrSuccessSentAt, resetConfirmedSentAt } = association;
  return earliest(ccrSuccessSentAt, resetConfirmedSentAt, { at: never, by: 'time', from: never });
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

function earliest(ccr: number, reset: number, time: FenceEnd): FenceEnd {
  if (ccr !== never && ccr <= reset && ccr <= time.at) return { at: ccr, by: 'ccr', from: ccr };
  if (reset !== never && reset <= time.at) return { at: reset, by: 'reset', from: reset };
  return time;
}
