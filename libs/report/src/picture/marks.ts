import type { Apply, Command } from '@fenceline/history';
import type { Cited, StaleWrite } from '../story.js';
import type { ItemMark } from './picture.js';

/** How each command and apply that a finding speaks of is set off. */
export function marksOf(
  cited: readonly Cited[],
  stale: readonly StaleWrite[],
): Map<Command | Apply, ItemMark> {
  const marks = new Map<Command | Apply, ItemMark>();
  for (const { commands, applies } of cited) {
    for (const item of [...commands, ...applies]) marks.set(item, 'cited');
  }
  for (const { newer, newerApply } of stale) {
    if (newer) marks.set(newer, 'destroyed');
    if (newerApply) marks.set(newerApply, 'destroyed');
  }
  for (const { original, apply } of stale) {
    if (original) marks.set(original, 'stale');
    marks.set(apply, 'stale');
  }
  return marks;
}
