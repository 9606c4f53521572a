import { NS_PER_MS, type LabEvent } from '@fenceline/contracts';

/** Length of the windows for which the recorder tells its worst delay. */
const WINDOW_NS = 50 * NS_PER_MS;

/**
 * The recorder measures by how much a timer of this period comes too late: a delay that begins right after the
 * timer came is longer than what is measured by up to one period.
 */
const PERIOD_NS = 5 * NS_PER_MS;

/** What a window that is not listed stands for: its worst measured delay is below 1 ms. */
const UNLISTED_NS = PERIOD_NS + NS_PER_MS;

/**
 * How far a time stamp may be off: the worst delay that the recorder's event loop may have had in the window
 * around a moment, from the `stall` events of the timeline.
 *
 * @returns a function from a moment to ns
 */
export function uncertaintyOf(events: readonly LabEvent[]): (t: number) => number {
  const spans = events
    .filter((event) => event.kind === 'stall')
    .map(({ t, ns: measured }) => {
      const ns = measured + PERIOD_NS;
      // A stall longer than the window delays its report: it began before the window.
      // What waited meanwhile is read after the timer that ended it, maybe in the next window already.
      return { start: t - Math.max(WINDOW_NS, ns), end: t + PERIOD_NS, ns };
    });
  const edges = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  /** The worst delay up to each edge, from the edge before. */
  const worst = new Array<number>(edges.length).fill(UNLISTED_NS);
  for (const { start, end, ns } of spans) {
    for (let at = firstNotBefore(edges, start) + 1; at < edges.length && edges[at]! <= end; at++) {
      if (ns > worst[at]!) worst[at] = ns;
    }
  }
  return (t) => worst[firstNotBefore(edges, t)] ?? UNLISTED_NS;
}

/** Index of the first of the ascending `edges` that is not before `t`. */
function firstNotBefore(edges: readonly number[], t: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
}
