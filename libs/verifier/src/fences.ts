import { never } from '@fenceline/history';
import type { Facts } from './facts.js';
import { hostFenceEnd, targetBound, targetFenceEnd, type FenceEnd } from './fence.js';
import { succeeded, type LogicalWrite } from './logical-writes.js';
import type { Profile } from './profiles.js';

/** The fence ends of every association under one profile, by the association's number. */
export interface Fences {
  profile: Profile;
  host: FenceEnd[];
  target: FenceEnd[];
  /** Time-based bound of the target, `never` where it promised none. */
  targetBound: number[];
}

export function fencesUnder(profile: Profile, facts: Facts): Fences {
  const { associations } = facts.history;
  return {
    profile,
    host: associations.map((it) => hostFenceEnd(it, facts.giveUpAt[it.id]!, profile)),
    target: associations.map((it) => targetFenceEnd(it)),
    targetBound: associations.map((it) => targetBound(it, facts.lastKeepAliveAt[it.id]!, profile)),
  };
}

/** When a logical write was over for its host, and whether that moment comes from a clock alone. */
export interface Closing {
  at: number;
  by: 'success' | 'fence';
}

/**
 * When a logical write is closed: a success of one of its commands was delivered to the host, or its host
 * fence end has come, which is that of the last of its commands. A command answered with an error ends with
 * that answer.
 */
export function closingOf(write: LogicalWrite, fences: Fences): Closing {
  let fenceEnd = -never;
  for (const command of write.commands) {
    const failed = command.answeredAt !== never && !succeeded(command);
    const end = failed ? command.answeredAt : fences.host[command.association]!.at;
    // A command sent after the fence end of its association is not over before it began.
    fenceEnd = Math.max(fenceEnd, end, command.sentAt);
  }
  return write.succeededAt <= fenceEnd
    ? { at: write.succeededAt, by: 'success' }
    : { at: fenceEnd, by: 'fence' };
}
