import type { Apply, Association, Command, History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { isBeforeEnd, targetBound, targetFenceEnd } from './fence-ends.testing.js';
import { doubts, Reading, stamped } from './reading.testing.js';

export const hostBlame = ({ host }: Association) => `host ${host}`;
export const targetBlame = ({ node }: Association) => `target ${node}`;

/**
 * Whom a stale apply may be blamed on (docs/rules/no-stale-overwrite.md): the host if it came before the
 * target's fence end and bound, else the target; the target in any case where it had answered before.
 */
export function blameForStale(
  history: History,
  profile: Profile,
  { apply, command }: { apply: Apply; command: Command },
): ReadonlySet<string> {
  const association = history.associations[command.association]!;
  const applied = stamped(apply.appliedAt);
  const ends = [...targetFenceEnd(association), ...targetBound(association, profile, history)];
  return new Set(
    doubts.map((doubt) => {
      const reading = new Reading(history, doubt);
      const hadAnswered = command.answerSentAt < apply.appliedAt;
      const isHost = !hadAnswered && isBeforeEnd(reading, applied, ends);
      return isHost ? hostBlame(association) : targetBlame(association);
    }),
  );
}
