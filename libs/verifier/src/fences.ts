import { never, type Command } from '@fenceline/history';
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

/** When a logical write was over for its host. */
export interface Closing {
  at: number;
  /** An answer that was delivered orders by cause what is sent after it; the end of a fence does not. */
  by: 'answer' | 'fence';
  /** The moment of the recording from which it is counted: its time stamp is the one that may be late. */
  from: number;
}

/**
 * When a logical write is closed: a success of one of its commands was delivered to the host, or its host
 * fence end has come, which is that of the last of its commands. A command answered with an error before its
 * fence end ends with that answer.
 */
export function closingOf(write: LogicalWrite, fences: Fences): Closing {
  let last: Closing = { at: -never, by: 'fence', from: -never };
  for (const command of write.commands) {
    const end = endOf(command, fences);
    if (end.at > last.at) last = end;
  }
  const { succeededAt } = write;
  return succeededAt <= last.at ? { at: succeededAt, by: 'answer', from: succeededAt } : last;
}

/** When a command that did not succeed was over for its host: by an error, or by its fence. */
function endOf(command: Command, fences: Fences): Closing {
  const { answeredAt, sentAt, association } = command;
  const { at, from } = fences.host[association]!;
  // A command sent after the fence end of its association is not over before it began.
  const fence: Closing =
    at >= sentAt ? { at, by: 'fence', from } : { at: sentAt, by: 'fence', from: sentAt };
  if (succeeded(command) || answeredAt > fence.at) return fence;
  return { at: answeredAt, by: 'answer', from: answeredAt };
}
