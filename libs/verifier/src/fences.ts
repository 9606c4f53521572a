import type { Command, History } from '@fenceline/history';
import type { Facts } from './facts.js';
import { hostFenceEnd, targetBound, targetFenceEnd, type FenceEnd, type Limit } from './fence.js';
import type { LogicalWrite } from './logical-writes.js';
import type { Profile } from './profiles.js';
import { firstOf, lastOf, spanOf, type Span } from './uncertainty.js';

/** The fence ends of every association under one profile, by the association's number. */
export interface Fences {
  history: History;
  profile: Profile;
  host: FenceEnd[];
  target: (FenceEnd & Limit)[];
  /** Time-based bound of the target, `never` where it promised none. */
  targetBound: number[];
}

export function fencesUnder(profile: Profile, facts: Facts): Fences {
  const { history } = facts;
  const { associations } = history;
  return {
    history,
    profile,
    host: associations.map((it) => hostFenceEnd(history, it, facts.giveUpAt[it.id]!, profile)),
    target: associations.map((it) => targetFenceEnd(history, it)),
    targetBound: associations.map((it) => targetBound(it, facts.lastKeepAliveAt[it.id]!, profile)),
  };
}

/**
 * When a logical write is closed, that is over for its host: a success of one of its commands was delivered to
 * the host, or its host fence end has come, which is that of the last of its commands. A command answered with
 * an error before its fence end ends with that answer.
 *
 * An answer that was delivered orders by cause what is sent after it: it was not sooner than stamped.
 */
export function closingOf(write: LogicalWrite, fences: Fences): Span {
  // Nearly every write is one command, which its own success ends.
  if (write.commands.length === 1) return endOf(write.commands[0]!, fences);
  const ends = write.commands.map((command) => endOf(command, fences));
  return firstOf([answerOf(fences.history, write.succeededAt), lastOf(ends)]);
}

/** An answer, which orders by cause what is sent after it. */
export function answerOf(history: History, at: number): Span {
  return { ...spanOf(history, at), soonest: at };
}

/** When a command was over for its host: by an answer, or by its fence. */
function endOf({ answeredAt, sentAt, association }: Command, { history, host }: Fences): Span {
  const answer = answerOf(history, answeredAt);
  const end = host[association]!;
  if (end.at >= answeredAt) return answer;
  // A command is not over before it was sent, and one sent after the fence end is over as it is sent.
  const fence = end.at < sentAt ? spanOf(history, sentAt) : end;
  return firstOf([answer, { ...fence, soonest: Math.max(fence.soonest, sentAt) }]);
}
