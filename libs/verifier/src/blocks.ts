import {
  changesMedium,
  forEachBlock,
  never,
  type Command,
  type History,
  type PayloadId,
} from '@fenceline/history';
import { chooseLikeliest, narrow, type BlockApply } from './assignments.js';
import {
  deallocated,
  LogicalWritesOfBlock,
  payloadOf,
  type LogicalWrite,
} from './logical-writes.js';
import { writtenOnce } from './written-once.js';

/** All that happened to one logical block, under no profile. */
export interface Block {
  lba: number;
  writes: LogicalWritesOfBlock;
  /** Commands whose data for the block was never sent in full: they belong to no logical write. */
  halfSent: { command: Command; host: string }[];
  /** Applied requests that cover the block, in the medium's order. */
  applies: BlockApply[];
}

export interface Blocks {
  byLba: Map<number, Block>;
  /**
   * Blocks on which a write may have been applied over one that started after it. On all others the medium's
   * order is the order sent, and nothing can be stale whatever the profile.
   */
  outOfOrder: Block[];
  /**
   * Whether the application wrote these bytes more than once, so that a retry of them cannot be told from
   * another write of equal bytes.
   */
  isRepeated(payload: PayloadId): boolean;
}

/** Sorts commands and applies by the blocks they concern. Near-linear in the number of blocks written. */
export function sortByBlock(history: History): Blocks {
  const byLba = new Map<number, Block>();
  const blockAt = (lba: number): Block => {
    let block = byLba.get(lba);
    if (block === undefined) {
      block = { lba, writes: new LogicalWritesOfBlock(), halfSent: [], applies: [] };
      byLba.set(lba, block);
    }
    return block;
  };

  // Zeroes and deallocation look alike whoever wrote them.
  const repeated = new Set<PayloadId>([deallocated, 0]);
  const onlyBlock = new Map<PayloadId, number>();
  const isUnique = writtenOnce(history);
  for (const command of history.commands) {
    if (!changesMedium(command)) continue;
    const host = history.associations[command.association]!.host;
    forEachBlock(command, (lba, sent) => {
      const payload = sent ?? (command.op === 'deallocate' ? deallocated : undefined);
      if (payload === undefined) {
        blockAt(lba).halfSent.push({ command, host });
        return;
      }
      if (isUnique(payload)) {
        blockAt(lba).writes.add(command, host, payload, true);
        return;
      }
      const elsewhere = onlyBlock.get(payload);
      if (elsewhere === undefined) onlyBlock.set(payload, lba);
      else if (elsewhere !== lba) repeated.add(payload);
      if (blockAt(lba).writes.add(command, host, payload)) repeated.add(payload);
    });
  }

  for (const apply of history.applies) {
    if (apply.appliedAt === never) continue;
    for (let index = 0; index < apply.blocks; index++) {
      const payload = payloadOf(apply, index);
      if (payload === undefined) continue;
      const candidates = apply.candidates[index] ?? [];
      blockAt(apply.slba + index).applies.push({ apply, payload, candidates, command: null });
    }
  }
  for (const block of byLba.values()) {
    narrow(block.applies);
    chooseLikeliest(block.applies, (id) => history.commands[id]!.answerSentAt);
  }
  return {
    byLba,
    outOfOrder: [...byLba.values()].filter((block) => isOutOfOrder(history, block)),
    isRepeated: (payload) => repeated.has(payload),
  };
}

function isOutOfOrder({ commands }: History, { writes, applies }: Block): boolean {
  const { withoutRetries } = writes;
  let latestStart = -never;
  for (const { candidates } of applies) {
    for (const id of candidates) {
      const start = withoutRetries ? commands[id]!.sentAt : (writes.of(id)?.firstSentAt ?? never);
      if (start < latestStart) return true;
    }
    for (const id of candidates) latestStart = Math.max(latestStart, commands[id]!.sentAt);
  }
  return false;
}

/** Every logical write of every block. */
export function* allWrites(blocks: Blocks): Iterable<LogicalWrite> {
  for (const block of blocks.byLba.values()) yield* block.writes.writes;
}
