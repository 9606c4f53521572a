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
import { AppliedInTime } from './medium-order.js';
import { NumbersByPlace, Places } from './numbers-by-place.js';
import { writtenOnce } from './written-once.js';

/** All that happened to one logical block, under no profile. */
export interface Block {
  lba: number;
  writes: LogicalWritesOfBlock;
  /** Commands whose data for the block was never sent in full: they belong to no logical write. */
  halfSent: { command: Command; host: string }[];
  /** Applied requests that cover the block, in the medium's order. */
  applies: BlockApply[];
  /** Each of its commands succeeded, and was applied once, after it was sent and before its answer was delivered. */
  appliedInTime: boolean;
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
  const appliedInTime = new AppliedInTime(history);
  const touched = touchedBlocks(history);
  // Block after block, so that what belongs to one block lies together in memory.
  for (const [lba, place] of touched.lbas.entries()) {
    const block = untouched(lba);
    byLba.set(lba, block);
    const commands = touched.commandsAt(place);
    for (const id of commands) {
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
    const applies = touched.appliesAt(place);
    for (const id of applies) {
      const apply = history.applies[id]!;
      const index = lba - apply.slba;
      const payload = payloadOf(apply, index);
      if (payload === undefined) continue;
      const candidates = apply.candidates[index] ?? [];
      block.applies.push({ apply, payload, candidates, command: null });
    }
    narrow(block.applies);
    chooseLikeliest(block.applies, (id) => history.commands[id]!.answerSentAt);
    block.appliedInTime = appliedInTime.isTrueOf(block, commands.length, applies.length);
    if (isOutOfOrder(history, block)) outOfOrder.push(block);
  }
  return { byLba, outOfOrder, isRepeated: (payload) => repeated.has(payload) };
}

/** A block that no command and no request changed. */
export function untouched(lba: number): Block {
  const writes = new LogicalWritesOfBlock();
  return { lba, writes, halfSent: [], applies: [], appliedInTime: true };
}

/** The blocks that were changed, with the numbers of the commands and of the applies that did, each in their order. */
interface Touched {
  lbas: Places;
  commandsAt: (place: number) => Int32Array;
  appliesAt: (place: number) => Int32Array;
}

function touchedBlocks(history: History): Touched {
  const lbas = new Places();
  const commands = new NumbersByPlace();
  const applies = new NumbersByPlace();
  for (const command of history.commands) {
    if (!changesMedium(command)) continue;
    forEachBlock(command, (lba) => commands.add(lbas.of(lba), command.id));
  }
  for (const { id, slba, blocks, appliedAt } of history.applies) {
    if (appliedAt === never) continue;
    for (let lba = slba; lba < slba + blocks; lba++) applies.add(lbas.of(lba), id);
  }
  return {
    lbas,
    commandsAt: commands.sorted(lbas.count),
    appliesAt: applies.sorted(lbas.count),
  };
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
