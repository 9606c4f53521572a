/** A share of several tries, with the range in which the true one lies with 95 % certainty. */
export interface Rate {
  hits: number;
  tries: number;
  /** 0 … 1 */
  share: number;
  low: number;
  high: number;
}

/** Quantile of the normal distribution for 95 %, two-sided. */
const z = 1.959963984540054;

/**
 * Wilson's score interval: it holds for few tries and for shares of 0 and 1 too.
 *
 * @returns null where nothing was tried
 */
export function wilson(hits: number, tries: number): Rate | null {
  if (tries === 0) return null;
  const share = hits / tries;
  const weight = 1 + z ** 2 / tries;
  const centre = (share + z ** 2 / (2 * tries)) / weight;
  const half = (z / weight) * Math.sqrt((share * (1 - share)) / tries + z ** 2 / (4 * tries ** 2));
  return {
    hits,
    tries,
    share,
    low: hits === 0 ? 0 : Math.max(centre - half, 0),
    high: hits === tries ? 1 : Math.min(centre + half, 1),
  };
}

/** Whether two rates differ by more than chance explains: their ranges have nothing in common. */
export function differ(one: Rate, other: Rate): boolean {
  return one.low > other.high || other.low > one.high;
}
