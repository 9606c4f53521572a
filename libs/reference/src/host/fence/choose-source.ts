import type { HostDecisions } from '../decisions.js';
import type { CcrSource } from './ccr-source.js';

/** The source that is to be asked next, of those not asked yet; undefined where there is none. */
export function chooseSource(
  sources: readonly CcrSource[],
  asked: ReadonlySet<CcrSource>,
  lastAsked: number,
  decisions: HostDecisions,
): CcrSource | undefined {
  const left = sources.filter((it) => !asked.has(it) && decisions.mayAsk(it.facts));
  const chosen = decisions.nextSource(
    left.map(({ facts }) => facts),
    lastAsked,
  );
  return left.find(({ facts }) => facts.cntlid === chosen?.cntlid);
}
