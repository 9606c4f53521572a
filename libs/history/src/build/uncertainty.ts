import { NS_PER_MS, type LabEvent } from '@fenceline/contracts';

/** Length of the windows for which the recorder tells its worst delay. */
const WINDOW_NS = 50 * NS_PER_MS;

/** What a window that is not listed stands for: its worst delay is below this. */
const UNLISTED_NS = NS_PER_MS;

/**
 * How far a time stamp may be off: the worst delay of the recorder's event loop in the window around a
 * moment, from the `stall` events of the timeline.
 *
 * @returns a function from a moment to ns
 */
export function uncertaintyOf(events: readonly LabEvent[]): (t: number) => number {
  const spans = events
    .filter((event) => event.kind === 'stall')
    // A stall longer than the window delays its report: it began before the window.
    .map(({ t, ns }) => ({ start: t - Math.max(WINDOW_NS, ns), end: t, ns }))
    .sort((a, b) => a.end - b.end);
  return (t) => {
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (spans[middle]!.end < t) low = middle + 1;
      else high = middle;
    }
    let worst = UNLISTED_NS;
    // Windows follow each other, but a long stall may reach back over several.
    for (let at = low; at < spans.length && at < low + LOOK_AHEAD; at++) {
      const { start, ns } = spans[at]!;
      if (start <= t && ns > worst) worst = ns;
    }
    return worst;
  };
}

/** Windows that may end between a moment and the report of a stall that covers it. */
const LOOK_AHEAD = 4;
