import type { IndexedFinding, ItemPlace } from '@fenceline/report/timeline';

/** A step of a witness that is the start or the end of an item. */
export interface StoryPoint {
  /** Of the step, from 1. */
  number: number;
  place: ItemPlace;
  at: 'start' | 'end';
  tone: 'stale' | 'destroyed' | 'cited';
}

/** A witness is rounded to the microsecond, an item is not. */
const nearUs = 1.5;

/**
 * Where in the picture the steps of a finding's witness are, those that are moments of what it names. Two steps may have
 * the same time: each moment is one step's, in their order.
 */
export function storyPoints({ steps, places }: IndexedFinding): StoryPoint[] {
  const moments = places.flatMap((place) =>
    (['start', 'end'] as const).map((at) => ({ place, at, tone: toneOf(place) })),
  );
  return steps.flatMap(({ t }, i): StoryPoint[] => {
    const found = moments.findIndex(({ place, at }) => Math.abs(place[at] - t) <= nearUs);
    const [moment] = found < 0 ? [] : moments.splice(found, 1);
    return moment === undefined ? [] : [{ number: i + 1, ...moment }];
  });
}

/** In which colour what a finding speaks of is drawn. */
export function toneOf({ role }: ItemPlace): StoryPoint['tone'] {
  if (role === 'newer' || role === 'newerApply') return 'destroyed';
  return role === 'cited' ? 'cited' : 'stale';
}
