import type { History } from '@fenceline/history';
import { targetBlame } from './blame.testing.js';
import { blocksOf } from './blocks.testing.js';
import {
  decide,
  foundBy,
  notJudged,
  together,
  type Decision,
  type Found,
} from './decision.testing.js';
import { assignments } from './every-assignment.testing.js';
import { hasEndedBefore, targetFenceEnd } from './fence-ends.testing.js';
import { doubts, Reading, stamped } from './reading.testing.js';

/** The backend applies a command of an association after its target fence end. */
export function noWriteAfterFence(history: History): Decision {
  if (history.associations.every((it) => targetFenceEnd(it).length === 0)) return notJudged;
  return together(blocksOf(history).map((block) => decide(worlds(block))));

  function* worlds(block: number): Generator<Found> {
    for (const doubt of doubts) {
      const reading = new Reading(history, doubt);
      for (const assignment of assignments(history, block)) {
        const late = assignment
          .map(({ apply, command }) => ({
            applied: stamped(apply.appliedAt),
            association: history.associations[command.association]!,
          }))
          .filter(({ applied, association }) =>
            hasEndedBefore(reading, targetFenceEnd(association), applied),
          );
        yield foundBy(late.map(({ association }) => new Set([targetBlame(association)])));
      }
    }
  }
}
