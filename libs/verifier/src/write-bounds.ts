import { never, type Command } from '@fenceline/history';
import type { Block, Blocks } from './blocks.js';
import { answerOf, closingOf, type Fences } from './fences.js';
import { loneWrite, succeeded, type LogicalWrite } from './logical-writes.js';
import { firstOf, lastOf, type Span } from './uncertainty.js';

/** When the logical write of a command closed and began, from both sides of what is not known. */
export interface WriteBounds {
  earliestClosed: Span;
  latestClosed: Span;
  /** Undefined where the write may not have succeeded. */
  earliestStart: number | undefined;
  /** Undefined where it cannot have. */
  latestStart: number | undefined;
}

/** Of a command of a block that changes it, and its logical write as the block has it. */
export function boundsOf(
  blocks: Blocks,
  { writes }: Block,
  write: LogicalWrite,
  command: Command,
  fences: Fences,
): WriteBounds {
  const kin = writes.kinOf(command.id);
  return kin.length > 1 && blocks.isRepeated(write.payload)
    ? boundsOfUnsure(command, write, kin, fences)
    : boundsOfSure(write, fences);
}

/** Where the bytes tell the retries, or there can be none, both sides are one. */
function boundsOfSure(write: LogicalWrite, fences: Fences): WriteBounds {
  const closed = closingOf(write, fences);
  const start = write.succeededAt === never ? undefined : write.firstSentAt;
  return {
    earliestClosed: closed,
    latestClosed: closed,
    earliestStart: start,
    latestStart: start,
  };
}

/** Where bytes repeat, any of its kin may be retries, of it or of each other, or writes of their own. */
function boundsOfUnsure(
  command: Command,
  write: LogicalWrite,
  kin: readonly Command[],
  fences: Fences,
): WriteBounds {
  // A write that has succeeded takes no retry.
  const together = kin.filter((it) => !succeeded(it) || it.answeredAt > command.sentAt);
  const successes = together
    .filter(succeeded)
    .map(({ answeredAt }) => answerOf(fences.history, answeredAt));
  const ends = together
    .filter((it) => !succeeded(it))
    .map((it) => closingOf(loneWrite(write, it), fences));
  const alone = closingOf(loneWrite(write, command), fences);
  return {
    earliestClosed: firstOf([alone, ...successes]),
    latestClosed: succeeded(command)
      ? answerOf(fences.history, command.answeredAt)
      : lastOf([...ends, ...successes]),
    earliestStart: succeeded(command)
      ? Math.min(...together.map(({ sentAt }) => sentAt))
      : undefined,
    latestStart: successes.length > 0 ? command.sentAt : undefined,
  };
}
