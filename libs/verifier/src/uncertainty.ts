import { never, type History } from '@fenceline/history';

/**
 * A moment, and the two between which it was: its time stamp may be late by the recorder's event-loop delay
 * around it. All in ns.
 */
export interface Span {
  /** As stamped. */
  at: number;
  soonest: number;
  latest: number;
}

/**
 * The span of a moment.
 *
 * @param stampedAt - the moment of the recording from which it is counted, where it is not itself one
 */
export function spanOf(history: History, at: number, stampedAt = at): Span {
  const delay = delayAt(history, stampedAt);
  return { at, soonest: at - delay, latest: at + delay };
}

/** The first of some moments, `never` of none: the one stamped first is not always the one that came first. */
export function firstOf(spans: readonly Span[]): Span {
  const first = { at: never, soonest: never, latest: never };
  for (const { at, soonest, latest } of spans) {
    first.at = Math.min(first.at, at);
    first.soonest = Math.min(first.soonest, soonest);
    first.latest = Math.min(first.latest, latest);
  }
  return first;
}

/** The last of some moments, before all time of none. */
export function lastOf(spans: readonly Span[]): Span {
  const last = { at: -never, soonest: -never, latest: -never };
  for (const { at, soonest, latest } of spans) {
    last.at = Math.max(last.at, at);
    last.soonest = Math.max(last.soonest, soonest);
    last.latest = Math.max(last.latest, latest);
  }
  return last;
}

/**
 * How two moments lie to each other: where the margin is not above the delays of both, their order is unsure.
 * Not for pairs that are ordered by cause: those are compared as they are (docs/rules/README.md lists them).
 */
export type Order = 'before' | 'after' | 'unsure';

/** Whether `a` came before `b`; equal moments without any delay count as `after`. */
export function order(history: History, a: number, b: number | Span): Order {
  const { at, soonest, latest } = typeof b === 'number' ? spanOf(history, b) : b;
  const delay = delayAt(history, a);
  if (a < at && a + delay <= soonest) return 'before';
  return a >= at && a - delay >= latest ? 'after' : 'unsure';
}

/** By how much the stamp of a moment may be late; one that never comes has none. */
function delayAt(history: History, t: number): number {
  return Number.isFinite(t) ? history.uncertaintyAt(t) : 0;
}
