import type { Apply, Command, History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { blameForStale } from './blame.testing.js';
import { takenBytes } from './blocks.testing.js';

/**
 * Whom a value that no legal order allows may be blamed on: the host if it came from a stale apply for which
 * the host is to blame, else a target. Only the kind: a value does not say which node.
 *
 * @param stale - the stale applies of a world
 * @param seenAt - applies from then on did not give the value
 */
export function blameForValue(
  history: History,
  profile: Profile,
  stale: readonly { apply: Apply; command: Command }[],
  { block, value, seenAt }: { block: number; value: number; seenAt: number },
): ReadonlySet<string> {
  const sources = stale.filter(
    ({ apply, command }) => apply.appliedAt < seenAt && takenBytes(command, block) === value,
  );
  const blames = sources.flatMap((source) => [...blameForStale(history, profile, source)]);
  return new Set(blames.length === 0 ? ['target'] : blames.map((it) => it.split(' ')[0]!));
}
