import type { History } from '@fenceline/history';

/**
 * How two moments lie to each other. A time stamp may be late by the recorder's event-loop delay around it;
 * where the margin is not above the delays of both, their order is unsure. Not for pairs that are ordered by
 * cause: those are compared as they are (docs/rules/README.md lists them).
 */
export type Order = 'before' | 'after' | 'unsure';

/**
 * Whether `a` came before `b`; equal moments without any delay count as `after`.
 *
 * @param stampOfB - the moment of the recording from which `b` is counted, where `b` is not itself one
 */
export function order(history: History, a: number, b: number, stampOfB = b): Order {
  if (a === b && !Number.isFinite(a)) return 'after';
  const margin = Math.abs(a - b);
  if (Number.isFinite(margin)) {
    const uncertainty = history.uncertaintyAt(a) + history.uncertaintyAt(stampOfB);
    if (margin < uncertainty) return 'unsure';
  }
  return a < b ? 'before' : 'after';
}
