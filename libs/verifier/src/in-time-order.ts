import { never, type PayloadId } from '@fenceline/history';
import type { Block } from './blocks.js';
import { deallocated, type LogicalWrite } from './logical-writes.js';
import type { Observation } from './register.js';

/**
 * Whether a block's writes and observations came one after the other, each over before the next one began, and
 * each observation saw the write before it: then the order of time is a legal one, whatever the profile. Nearly
 * every block of a workload whose jobs do not overlap is such a one, and needs no more than this pass over it.
 *
 * @param observations - in the order in which they began
 */
export function isInTimeOrder(block: Block, observations: readonly Observation[]): boolean {
  if (block.halfSent.length > 0) return false;
  const { writes } = block.writes;
  let next = 0;
  let content: PayloadId = 0;
  let writtenBy = -never;
  let seenBy = -never;
  for (const { payload, from, to } of observations) {
    if (payload < 0) continue;
    for (; next < writes.length && writes[next]!.firstSentAt <= from; next++) {
      const write = writes[next]!;
      if (!hasOneValue(write) || write.firstSentAt < Math.max(writtenBy, seenBy)) return false;
      content = write.payload;
      writtenBy = write.succeededAt;
    }
    if (payload !== content || from < writtenBy) return false;
    seenBy = Math.max(seenBy, to);
  }
  for (; next < writes.length; next++) if (writes[next]!.firstSentAt < seenBy) return false;
  return true;
}

/** A write that succeeded and gave the block the bytes that were sent, and no other. */
function hasOneValue({ payload, succeededAt, commands }: LogicalWrite): boolean {
  if (payload === deallocated || succeededAt === never) return false;
  return commands.every(({ deliveredPayloads }) => deliveredPayloads === undefined);
}
