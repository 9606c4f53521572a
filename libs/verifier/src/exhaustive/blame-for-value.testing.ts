import { blameForStale } from './blame.testing.js';
import { takenBytes } from './blocks.testing.js';
import { isClosedBefore } from './closing.testing.js';
import { appliedTo } from './every-assignment.testing.js';
import type { Seen } from './legal-order.testing.js';
import { staleApplies, type Applied } from './stale-applies.testing.js';

/**
 * Whom a value that no legal order allows may be blamed on in a world: where it came from an apply over a
 * newer write, after the closing of its own, whoever is to blame for that apply; else a target. Only the kind:
 * a value does not say which node.
 *
 * Of a stale apply that nothing has overwritten it is certain that it was over a newer write.
 */
export function blameForValue(applied: Applied, seen: Seen): ReadonlySet<string> {
  const { history, profile, reading, writes, assignment, block } = applied;
  const stale = staleApplies(applied);
  const blames = assignment.flatMap((source, position) => {
    const { apply, command } = source;
    const isOther = (it: typeof source) => takenBytes(it.command, block) !== seen.value;
    const over = assignment[position - 1];
    if (isOther(source) || apply.appliedAt >= seen.answeredAt) return [];
    if (over === undefined ? seen.value === 0 : !isOther(over)) return [];
    const write = writes.find((it) => it.includes(command))!;
    if (!isClosedBefore(history, profile, reading, write, apply.appliedAt)) return [];
    const isOverwritten = appliedTo(history, block).some(
      ({ id, appliedAt, payloads, slba }) =>
        id > apply.id && appliedAt < seen.sentAt && payloads[block - slba] !== seen.value,
    );
    const isSure = stale.includes(source) && !isOverwritten;
    const kinds = [...blameForStale(history, profile, source)].map((it) => it.split(' ')[0]!);
    return isSure ? kinds : [...kinds, 'target'];
  });
  return new Set(blames.length === 0 ? ['target'] : blames);
}
