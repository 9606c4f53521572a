import { never, type History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { hostBlame } from './blame.testing.js';
import { blocksOf } from './blocks.testing.js';
import { decide, foundBy, together, type Decision, type Found } from './decision.testing.js';
import { asksForHold, hostFenceEnd, isBeforeEnd } from './fence-ends.testing.js';
import { giveUpOf } from './give-up.testing.js';
import { groupings, originalsOf, type LogicalWrite } from './groupings.testing.js';
import { doubts, Reading, stamped } from './reading.testing.js';

/**
 * A block of an outstanding command is sent again by the same host on another association, before the host
 * fence end of the first. It exists only where that was given up: if both paths stay, nothing is said. Where
 * no hold is asked for the give-up ends the fence, and a retry is itself one.
 */
export function noEarlyRetry(history: History, profile: Profile): Decision {
  return together(blocksOf(history).map((block) => decide(worlds(block))));

  function* worlds(block: number): Generator<Found> {
    for (const doubt of doubts) {
      const reading = new Reading(history, doubt);
      for (const writes of groupings(history, block)) {
        yield foundBy(writes.flatMap((write) => earlyRetries(reading, write, block)));
      }
    }
  }

  function earlyRetries(reading: Reading, write: LogicalWrite, block: number): Set<string>[] {
    return write.flatMap((retry) =>
      originalsOf(history, block, retry, write)
        .map(({ association }) => history.associations[association]!)
        .filter(
          (association) =>
            giveUpOf(history, association) !== never &&
            asksForHold(association, profile) &&
            isBeforeEnd(
              reading,
              stamped(retry.sentAt),
              hostFenceEnd(history, association, profile),
            ),
        )
        .map((association) => new Set([hostBlame(association)])),
    );
  }
}
