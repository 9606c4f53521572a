import type { Command, History } from '@fenceline/history';
import {
  changesMedium,
  changesOf,
  covers,
  isOutstandingAt,
  sentBytes,
  succeeded,
} from './blocks.testing.js';

/** A logical write: a host's first command on a block plus its retries, in the order sent. */
export type LogicalWrite = readonly Command[];

/**
 * Every way to tell retries from new writes on a block (docs/rules, Logical writes). A command of certain
 * bytes that can be a retry is one; for other bytes it may be one, or a write of its own.
 */
export function* groupings(history: History, block: number): Generator<LogicalWrite[]> {
  yield* grouped(changesOf(history, block), []);

  function* grouped(rest: readonly Command[], writes: LogicalWrite[]): Generator<LogicalWrite[]> {
    const [command, ...later] = rest;
    if (command === undefined) {
      yield writes;
      return;
    }
    const originals = writes.filter((write) => mayRetry(history, block, command, write));
    for (const original of originals) {
      const others = writes.filter((write) => write !== original);
      yield* grouped(later, [...others, [...original, command]]);
    }
    if (originals.length === 0 || !isCertain(history, command, block)) {
      yield* grouped(later, [...writes, [command]]);
    }
  }
}

/** Same host, same bytes, sent on another association while an earlier one was outstanding. */
export function originalsOf(
  history: History,
  block: number,
  command: Command,
  write: LogicalWrite,
): Command[] {
  return write.filter(
    (earlier) =>
      earlier.association !== command.association &&
      hostOf(history, earlier) === hostOf(history, command) &&
      sentBytes(earlier, block) === sentBytes(command, block) &&
      isOutstandingAt(earlier, command.sentAt),
  );
}

/** A write that has succeeded takes no retry. */
function mayRetry(history: History, block: number, command: Command, write: LogicalWrite): boolean {
  if (write.some((it) => succeeded(it) && it.answeredAt < command.sentAt)) return false;
  return originalsOf(history, block, command, write).length > 0;
}

/**
 * The application wrote these bytes once: on one block, by one host, not again after they had succeeded nor
 * twice at a time on one association. Zeroes and deallocation are never certain.
 */
export function isCertain(history: History, command: Command, block: number): boolean {
  const bytes = sentBytes(command, block);
  if (bytes === 'deallocated' || bytes === 0) return false;
  const same = history.commands.filter(
    (other) => changesMedium(other) && other.payloads.includes(bytes),
  );
  const isElsewhere = same.some(
    (other) =>
      hostOf(history, other) !== hostOf(history, command) ||
      other.payloads.some((payload, i) => payload === bytes && other.slba + i !== block) ||
      !covers(other, block),
  );
  const isAgain = same.some((other) =>
    same.some(
      (earlier) =>
        (succeeded(earlier) && earlier.answeredAt < other.sentAt) ||
        (earlier.association === other.association && isOutstandingAt(earlier, other.sentAt)),
    ),
  );
  return !isElsewhere && !isAgain;
}

export function hostOf(history: History, { association }: Command): string {
  return history.associations[association]!.host;
}
