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

/** Where in the picture the steps of a finding's witness are, those that are moments of what it names. */
export function storyPoints({ steps, places }: IndexedFinding): StoryPoint[] {
  return steps.flatMap(({ t }, i): StoryPoint[] => {
    for (const place of places) {
      for (const at of ['start', 'end'] as const) {
        if (Math.abs(place[at] - t) <= nearUs) {
          return [{ number: i + 1, place, at, tone: toneOf(place) }];
        }
      }
    }
    return [];
  });
}

function toneOf({ role }: ItemPlace): StoryPoint['tone'] {
  if (role === 'newer' || role === 'newerApply') return 'destroyed';
  return role === 'cited' ? 'cited' : 'stale';
}
