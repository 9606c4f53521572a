import type { IndexedFinding, Span } from '@fenceline/report/timeline';

/** From the newer write to the moment at which the stale one landed over it; null of a finding without either. */
export function landingOf({ places }: IndexedFinding): Span | null {
  const apply = places.find(({ role }) => role === 'apply');
  const newerApply = places.find(({ role }) => role === 'newerApply');
  if (apply === undefined || newerApply === undefined) return null;
  const newer = places.find(({ role }) => role === 'newer') ?? newerApply;
  return { start: Math.min(newer.start, apply.end), end: Math.max(newerApply.end, apply.end) };
}
