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
  // Zeroes and deallocation look alike whoever wrote them.
  const repeated = new Set<PayloadId>([deallocated, 0]);
  const outOfOrder: Block[] = [];
  const isUnique = writtenOnce(history);
  const onlyBlock = new Map<PayloadId, number>();
  // Block after block, so that what belongs to one block lies together in memory.
  for (const [lba, touched] of touchedBlocks(history)) {
    const block: Block = { lba, writes: new LogicalWritesOfBlock(), halfSent: [], applies: [] };
    byLba.set(lba, block);
    for (const id of touched.commands) {
      const command = history.commands[id]!;
      const { host } = history.associations[command.association]!;
      const payload = sentPayload(command, lba);
      if (payload === undefined) {
        block.halfSent.push({ command, host });
      } else if (isUnique(payload)) {
        block.writes.add(command, host, payload, true);
      } else {
        const elsewhere = onlyBlock.get(payload);
        if (elsewhere === undefined) onlyBlock.set(payload, lba);
        else if (elsewhere !== lba) repeated.add(payload);
        if (block.writes.add(command, host, payload)) repeated.add(payload);
      }
    }
    for (const id of touched.applies) {
      const apply = history.applies[id]!;
      const index = lba - apply.slba;
      const payload = payloadOf(apply, index);
      if (payload === undefined) continue;
      const candidates = apply.candidates[index] ?? [];
      block.applies.push({ apply, payload, candidates, command: null });
    }
    narrow(block.applies);
    chooseLikeliest(block.applies, (id) => history.commands[id]!.answerSentAt);
    if (isOutOfOrder(history, block)) outOfOrder.push(block);
  }
  return { byLba, outOfOrder, isRepeated: (payload) => repeated.has(payload) };
}

/** Numbers of the commands and of the applies that change one block, each in their order. */
interface Touched {
  commands: number[];
  applies: number[];
}

function touchedBlocks({ commands, applies }: History): Map<number, Touched> {
  const blocks = new Map<number, Touched>();
  const at = (lba: number): Touched => {
    let touched = blocks.get(lba);
    if (touched === undefined) blocks.set(lba, (touched = { commands: [], applies: [] }));
    return touched;
  };
  for (const command of commands) {
    if (changesMedium(command)) forEachBlock(command, (lba) => at(lba).commands.push(command.id));
  }
  for (const { id, slba, blocks: count, appliedAt } of applies) {
    if (appliedAt === never) continue;
    for (let lba = slba; lba < slba + count; lba++) at(lba).applies.push(id);
  }
  return blocks;
}

/** Payload that a command sent for a block; undefined where it was never seen. */
function sentPayload({ op, slba, payloads }: Command, lba: number): PayloadId | undefined {
  return op === 'deallocate' ? deallocated : payloads[lba - slba];
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
