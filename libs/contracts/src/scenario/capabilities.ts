import type { Initiator, Target } from './kinds.js';

/** What `expect: capability` may count on at a reference host: what its fence makes use of. */
export function initiatorCapabilities(
  initiator: Extract<Initiator, { kind: 'reference' }>,
): string[] {
  switch (initiator.fence) {
    case 'ccr':
      return ['ccr', 'cqt'];
    case 'time-based':
      return ['cqt'];
    case 'immediate':
      return [];
  }
}

/** What `expect: capability` may count on at a reference node: what its controllers report. */
export function targetCapabilities(
  target: Extract<Target, { kind: 'reference' }>,
  cqtMs: number,
): string[] {
  return [...(target.ccrl > 0 ? ['ccr'] : []), ...(cqtMs > 0 ? ['cqt'] : [])];
}
