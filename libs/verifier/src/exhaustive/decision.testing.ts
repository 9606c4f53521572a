/** What a rule finds in one world: whom it blames for sure, and whom it may blame. Null: no violation. */
export type Found = { surely: ReadonlySet<string>; maybe: ReadonlySet<string> } | null;

/** What the exhaustive checker says of a rule. */
export interface Decision {
  status: 'held' | 'violated' | 'inconclusive' | 'not-judged';
  /** Of a violation: those whom every world blames, and those whom some world blames, e.g. `host host1`. */
  surely: ReadonlySet<string>;
  maybe: ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();

export const notJudged: Decision = { status: 'not-judged', surely: nobody, maybe: nobody };
export const undecided: Decision = { status: 'inconclusive', surely: nobody, maybe: nobody };

/** Violated only if it is in all worlds, held only if it is in none; a rule without any world cannot decide. */
export function decide(worlds: Iterable<Found>): Decision {
  const found = [...worlds];
  const violations = found.filter((it) => it !== null);
  if (found.length === 0) return undecided;
  if (violations.length === 0) return { ...undecided, status: 'held' };
  if (violations.length < found.length) return undecided;
  const surely = common(violations.map((it) => it.surely));
  return { status: 'violated', surely, maybe: union(violations.map((it) => it.maybe)) };
}

/**
 * Violated in every one of some alternatives, of which the one that excuses counts: where bytes repeat, a value
 * is wrong only if no way to tell retries from new writes allows it.
 */
export function unlessExcused(alternatives: readonly Found[]): Found {
  if (alternatives.some((it) => it === null)) return null;
  const found = alternatives.filter((it) => it !== null);
  return {
    surely: common(found.map(({ surely }) => surely)),
    maybe: union(found.map(({ maybe }) => maybe)),
  };
}

/** A rule over several blocks or commands, each with worlds of its own: one violation is enough. */
export function together(parts: readonly Decision[]): Decision {
  const violated = parts.filter(({ status }) => status === 'violated');
  if (violated.length > 0) {
    return {
      status: 'violated',
      surely: union(violated.map(({ surely }) => surely)),
      maybe: union(violated.map(({ maybe }) => maybe)),
    };
  }
  if (parts.some(({ status }) => status === 'inconclusive')) return undecided;
  return { ...undecided, status: 'held' };
}

/** What a world's findings amount to, each with those whom it may blame. */
export function foundBy(blames: readonly ReadonlySet<string>[]): Found {
  if (blames.length === 0) return null;
  return { surely: union(blames.filter(({ size }) => size === 1)), maybe: union(blames) };
}

export function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

function common(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first = nobody, ...rest] = sets;
  return new Set([...first].filter((it) => rest.every((set) => set.has(it))));
}
