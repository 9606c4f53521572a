import type { History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { blameForStale } from './blame.testing.js';
import { blocksOf } from './blocks.testing.js';
import { decide, foundBy, together, type Decision, type Found } from './decision.testing.js';
import { assignments } from './every-assignment.testing.js';
import { groupings } from './groupings.testing.js';
import { doubts, Reading } from './reading.testing.js';
import { staleApplies } from './stale-applies.testing.js';

/** A command of a logical write is applied over a newer one that was done. */
export function noStaleOverwrite(history: History, profile: Profile): Decision {
  return together(blocksOf(history).map((block) => decide(worlds(block))));

  function* worlds(block: number): Generator<Found> {
    for (const doubt of doubts) {
      const reading = new Reading(history, doubt);
      for (const writes of groupings(history, block)) {
        for (const assignment of assignments(history, block)) {
          const stale = staleApplies({ history, profile, reading, writes, assignment, block });
          yield foundBy(stale.map((it) => blameForStale(history, profile, it)));
        }
      }
    }
  }
}
