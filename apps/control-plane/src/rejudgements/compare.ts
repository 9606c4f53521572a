import type { RuleName } from '@fenceline/contracts';
import type { Judgement } from '@fenceline/contracts/api';

type Judged = Pick<Judgement, 'verdict' | 'rules'>;

/** How a judgement differs from the one before it. */
export interface Difference {
  /** Another verdict, or other rules are violated. */
  changed: boolean;
  /** Rules that are violated now and were not, and the other way round. */
  gained: RuleName[];
  lost: RuleName[];
}

export function compare(before: Judged, after: Judged): Difference {
  const gained = after.rules.filter((rule) => !before.rules.includes(rule));
  const lost = before.rules.filter((rule) => !after.rules.includes(rule));
  const changed = before.verdict !== after.verdict || gained.length > 0 || lost.length > 0;
  return { changed, gained, lost };
}
