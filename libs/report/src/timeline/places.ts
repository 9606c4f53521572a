import type { Verdict } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import type { Cited, StaleWrite } from '../story.js';
import { mostStories } from './format.js';

/** What an item is to a finding: the write sent first, where it landed, the newer one, and where that was written. */
export const placeRoles = ['original', 'apply', 'newer', 'newerApply', 'cited'] as const;
export type PlaceRole = (typeof placeRoles)[number];

/** An item that a finding speaks of, by its number among the items: commands first, then applies. */
export interface PlacedItem {
  role: PlaceRole;
  index: number;
}

const mostPlaces = 16;

/** The items of each finding, the parts of a stale write before what else it cites. */
export function placesOf(
  verdict: Verdict,
  history: History,
  cited: readonly Cited[],
  stale: readonly StaleWrite[],
): PlacedItem[][] {
  const staleOf = new Map(stale.map((write) => [write.finding, write]));
  const applyAt = history.commands.length;
  return verdict.findings.slice(0, mostStories).map((_, finding) => {
    const places = new Map<number, PlaceRole>();
    const add = (role: PlaceRole, index: number | undefined): void => {
      if (index !== undefined && !places.has(index) && places.size < mostPlaces) {
        places.set(index, role);
      }
    };
    const applyIndex = (apply: { id: number } | null | undefined) => apply && applyAt + apply.id;
    const { commands, applies } = cited[finding]!;
    const write = staleOf.get(finding);
    if (write !== undefined) {
      add('original', write.original?.id);
      add('apply', applyIndex(write.apply) ?? undefined);
      add('newer', write.newer?.id);
      add('newerApply', applyIndex(write.newerApply) ?? undefined);
    } else {
      add('original', commands[0]?.id);
      add('newer', commands[1]?.id);
    }
    for (const { id } of commands) add('cited', id);
    for (const apply of applies) add('cited', applyIndex(apply) ?? undefined);
    return Array.from(places, ([index, role]) => ({ role, index }));
  });
}
