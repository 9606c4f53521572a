import type { History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { blameForValue } from './blame-for-value.testing.js';
import {
  blocksOf,
  changesOf,
  readsOf,
  sentBytes,
  takenBytes,
  succeeded,
} from './blocks.testing.js';
import {
  decide,
  foundBy,
  notJudged,
  together,
  type Decision,
  type Found,
  union,
  unlessExcused,
} from './decision.testing.js';
import { assignments } from './every-assignment.testing.js';
import { groupings, type LogicalWrite } from './groupings.testing.js';
import { hasLegalOrder, type Register, type Seen } from './legal-order.testing.js';
import { doubts, Reading } from './reading.testing.js';

/** How much of what a block's reads say is put together. */
export type Scope = 'all reads together' | 'as far as the rule looks';

/**
 * A read returns a value that no legal order allows. The rule looks at all reads of values that one command
 * gave together, and at each other read by itself: "for bytes that were written more than once, an order
 * that several reads contradict only together" is what it cannot see.
 */
export function readsConsistent(history: History, profile: Profile, scope: Scope): Decision {
  if (history.commands.every(({ op }) => op !== 'read')) return notJudged;
  return together(blocksOf(history).map((block) => decide(worlds(block))));

  function* worlds(block: number): Generator<Found> {
    for (const doubt of doubts) {
      const reading = new Reading(history, doubt);
      const ways = [...groupings(history, block)].map((writes) => ({
        writes,
        wrong: wrongReads({ history, profile, reading, block, writes, mustHave }),
      }));
      for (const assignment of assignments(history, block)) {
        yield unlessExcused(
          ways.map(({ writes, wrong }) => {
            const applied = { history, profile, reading, writes, assignment, block };
            return foundBy(
              wrong.map((reads) => union(reads.map((read) => blameForValue(applied, read)))),
            );
          }),
        );
      }
    }
  }

  /** Each contradiction of a block, as the reads one of which is wrong. */
  function wrongReads(register: Register): Seen[][] {
    const { block } = register;
    const reads = readsOf(history, block).map(({ command, value }) => ({
      value,
      sentAt: command.sentAt,
      answeredAt: command.answeredAt,
    }));
    const alone = reads.filter((read) => !hasLegalOrder(register, [read]));
    const joint = reads.filter(
      (read) =>
        !alone.includes(read) && (scope === 'all reads together' || isGivenOnce(block, read.value)),
    );
    return [...alone.map((read) => [read]), ...(hasLegalOrder(register, joint) ? [] : [joint])];
  }

  /** One command gave the value; zeroes are what the block holds before all writes. */
  function isGivenOnce(block: number, value: number): boolean {
    const changes = changesOf(history, block);
    const givers = changes.filter((command) => {
      const bytes = [sentBytes(command, block), takenBytes(command, block)];
      return bytes.includes(value) || (bytes[0] === 'deallocated' && isDeallocatedValue(value));
    });
    const isChanged = givers.some(({ deliveredPayloads }) => deliveredPayloads !== undefined);
    return !isChanged && givers.length + (value === 0 ? 1 : 0) === 1;
  }

  function isDeallocatedValue(value: number): boolean {
    return value === 0 || value === history.onesPayload;
  }
}

/** Success tells that it has taken effect. */
function mustHave(write: LogicalWrite): boolean {
  return write.some(succeeded);
}
