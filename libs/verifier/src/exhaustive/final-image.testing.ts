import type { Command, History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { blameForValue } from './blame-for-value.testing.js';
import { blocksOf, changesMedium, succeeded } from './blocks.testing.js';
import {
  decide,
  foundBy,
  notJudged,
  together,
  undecided,
  type Decision,
  type Found,
  unlessExcused,
} from './decision.testing.js';
import { appliedTo, assignments, settledCommands } from './every-assignment.testing.js';
import { groupings, type LogicalWrite } from './groupings.testing.js';
import { atTheEnd, hasLegalOrder } from './legal-order.testing.js';
import { doubts, Reading } from './reading.testing.js';

/** At the end a block holds what no legal order allows, or an acknowledged write is missing. */
export function finalImage(history: History, profile: Profile): Decision {
  const { finalImage: image } = history;
  if (image === undefined || !history.commands.some(changesMedium)) return notJudged;
  const blocks = blocksOf(history);
  if (blocks.some((block) => contradictsJournal(history, block))) return undecided;
  return together(blocks.map((block) => decide(worlds(block, image.get(block) ?? 0))));

  function* worlds(block: number, value: number): Generator<Found> {
    const seen = settledCommands(history, block);
    const mustHave = (write: LogicalWrite) =>
      write.some(succeeded) && write.some((command) => seen.has(command) || lasts(command));
    const content = atTheEnd(value);
    for (const doubt of doubts) {
      const reading = new Reading(history, doubt);
      const ways = [...groupings(history, block)].map((writes) => ({
        writes,
        isLegal: hasLegalOrder({ history, profile, reading, block, writes, mustHave }, [content]),
      }));
      for (const assignment of assignments(history, block)) {
        yield unlessExcused(
          ways.map(({ writes, isLegal }) => {
            if (isLegal) return null;
            const applied = { history, profile, reading, writes, assignment, block };
            return foundBy([blameForValue(applied, content)]);
          }),
        );
      }
    }
  }

  /** It succeeded with FUA, or before a Flush that succeeded. */
  function lasts(command: Command): boolean {
    return succeeded(command) && (command.fua || isFlushed(command));
  }

  function isFlushed(command: Command): boolean {
    const nodeOf = (it: Command) => history.associations[it.association]!.node;
    return history.commands.some(
      (flush) =>
        flush.op === 'flush' &&
        succeeded(flush) &&
        nodeOf(flush) === nodeOf(command) &&
        flush.sentAt > command.answeredAt,
    );
  }
}

/** The medium is our own: it holds what was applied last. */
function contradictsJournal(history: History, block: number): boolean {
  const last = appliedTo(history, block).at(-1);
  if (last?.op === 'deallocate') return false;
  const journal = last === undefined ? 0 : last.payloads[block - last.slba];
  return journal !== (history.finalImage?.get(block) ?? 0);
}
