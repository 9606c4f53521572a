import { never, type Command } from '@fenceline/history';
import type { Block, Blocks } from './blocks.js';
import type { Retry } from './logical-writes.js';

/**
 * Every retry of an outstanding command on another association, one entry for each pair of commands, in the
 * order of the retries.
 */
export function findRetries(blocks: Blocks): Retry[] {
  const pairs = new Map<string, Retry>();
  const add = (original: Command, retry: Command, lba: number, certain: boolean): void => {
    const key = `${original.id}/${retry.id}`;
    const known = pairs.get(key);
    if (known === undefined) {
      pairs.set(key, { original, retry, lba, certain });
    } else {
      known.lba = Math.min(known.lba, lba);
      known.certain ||= certain;
    }
  };
  for (const block of blocks.others) {
    for (const { command, host } of block.halfSent) {
      const next = nextElsewhere(block, command, host);
      if (next !== undefined) add(command, next, block.lba, false);
      for (const earlier of outstandingElsewhere(block, command, host)) {
        add(earlier, command, block.lba, false);
      }
    }
    for (const write of block.writes.writes) {
      const certain = !blocks.isRepeated(write.payload);
      for (const retry of write.commands) {
        // Where bytes repeat, it may be one of any of its kin.
        const earlier = certain ? write.commands : block.writes.kinOf(retry.id);
        for (const original of earlier) {
          if (isRetry(original, retry)) add(original, retry, block.lba, certain);
        }
      }
    }
  }
  return [...pairs.values()].sort(
    (a, b) => a.retry.id - b.retry.id || a.original.id - b.original.id,
  );
}

/** The first retry of each command that was retried, by the command's number. Only certain ones. */
export function firstRetryOf(retries: readonly Retry[]): Map<number, Retry> {
  const first = new Map<number, Retry>();
  for (const retry of retries) {
    if (retry.certain && !first.has(retry.original.id)) first.set(retry.original.id, retry);
  }
  return first;
}

/** When the first certain retry of a command of each association was sent; `never` where none was. */
export function firstRetryByAssociation(retries: readonly Retry[], associations: number): number[] {
  const first = new Array<number>(associations).fill(never);
  for (const { original, retry, certain } of retries) {
    if (certain) first[original.association] = Math.min(first[original.association]!, retry.sentAt);
  }
  return first;
}

/** The first command that its host sent to the block on another association while it was outstanding. */
function nextElsewhere(block: Block, original: Command, host: string): Command | undefined {
  let next: Command | undefined;
  for (const write of block.writes.writes) {
    if (write.host !== host) continue;
    for (const command of write.commands) {
      const isEarlier = next === undefined || command.id < next.id;
      if (isEarlier && isRetry(original, command)) next = command;
    }
  }
  return next;
}

/** Sent on another association while the original was outstanding. */
function isRetry(original: Command, retry: Command): boolean {
  const isLater = original.id < retry.id && original.association !== retry.association;
  return isLater && original.answeredAt > retry.sentAt;
}

/** What its host had sent to the block on other associations, and was outstanding when it sent the command. */
function* outstandingElsewhere(block: Block, command: Command, host: string): Iterable<Command> {
  for (const write of block.writes.writes) {
    if (write.host !== host) continue;
    for (const earlier of write.commands) if (isRetry(earlier, command)) yield earlier;
  }
}
