import { checkEvents } from './check-events.js';
import { checkLifecycles } from './check-lifecycles.js';
import { checkOutcomes } from './check-outcomes.js';
import { checkStore } from './check-store.js';
import type { ServiceHistory } from './history.js';

/** A law that a history breaks, and where. */
export interface Breach {
  law: Law;
  what: string;
}

export type Law =
  | 'every job has one outcome'
  | 'no job is lost'
  | 'the newest attempt decides'
  | 'no stale result is published'
  | 'an artifact has its bytes'
  | 'no blob is overwritten'
  | 'events have no gap'
  | 'a subscriber sees every event once'
  | 'states follow each other'
  | 'every doorbell is rung'
  | 'a stale completion is refused'
  | 'nothing ends by itself'
  | 'nothing is left';

/** Every law that a history breaks; none for a good one. */
export function checkHistory(history: ServiceHistory): Breach[] {
  return [
    ...checkOutcomes(history),
    ...checkStore(history),
    ...checkEvents(history),
    ...checkLifecycles(history),
    ...history.unrung.map((what): Breach => ({ law: 'every doorbell is rung', what })),
    ...history.replays
      .filter(({ status, problem }) => status !== 409 || problem !== 'superseded')
      .map(({ attemptId, status, problem }): Breach => ({
        law: 'a stale completion is refused',
        what: `that of attempt ${attemptId} was answered ${status} ${problem}`.trim(),
      })),
    ...history.deaths.map((what): Breach => ({ law: 'nothing ends by itself', what })),
    ...history.leftovers.map((what): Breach => ({ law: 'nothing is left', what })),
  ];
}
