import type { Margin } from '@fenceline/contracts';
import { never } from '@fenceline/history';
import type { Facts } from './facts.js';
import type { Fences } from './fences.js';
import { toMs } from './sentences.js';

/**
 * The margins of each association that was given up, in ms, in the order of the give-ups.
 *
 * The target's is taken to its fence end or to its time-based bound, whichever comes first; null where it
 * has neither under the profile, or where nothing of the association was applied.
 */
export function marginsUnder(facts: Facts, fences: Fences): Margin[] {
  return facts.giveUps.map(({ association, at }) => {
    const { id } = association;
    const fenceEnd = fences.host[id]!;
    const firstRetry = facts.firstRetryAt[id]!;
    const targetEnd = Math.min(fences.target[id]!.at, fences.targetBound[id]!);
    const lastApply = facts.landings.lastApplyOf(id);
    return {
      association: association.label,
      host: association.host,
      path: association.link,
      giveUpMs: toMs(at),
      fenceEndMs: toMs(fenceEnd.at),
      fenceEndBy: fenceEnd.by,
      firstRetryMinusFenceEndMs: firstRetry === never ? null : toMs(firstRetry - fenceEnd.at),
      targetFenceEndMinusLastApplyMs:
        targetEnd === never || lastApply === -never ? null : toMs(targetEnd - lastApply),
    };
  });
}
