import type { TimelineLine } from '@fenceline/report/timeline';

/** So many lines before and after a moment are listed. */
const each = 60;

/**
 * The lines around a moment, of those that are there in the order of time.
 *
 * @returns the position of the last one at or before the moment too; −1 where there is none
 */
export function nearLines(
  lines: readonly TimelineLine[],
  us: number,
): { lines: readonly TimelineLine[]; last: number } {
  let after = lines.findIndex(({ t }) => t > us);
  if (after < 0) after = lines.length;
  const first = Math.max(0, after - each);
  return { lines: lines.slice(first, after + each), last: after - 1 - first };
}
