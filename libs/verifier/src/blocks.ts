import { never, type Apply, type Command, type History, type PayloadId } from '@fenceline/history';
import { chooseLikeliest, narrow, type BlockApply } from './assignments.js';
import {
  deallocated,
  LogicalWritesOfBlock,
  payloadOf,
  sentPayload,
  type LogicalWrite,
} from './logical-writes.js';
import { PlainBlocks } from './plain-blocks.js';
import { touchedBlocks, type TouchedBlocks } from './touched-blocks.js';
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

/**
 * The commands and applies of a history by the blocks that they concern. Near-linear in the number of blocks written.
 * A plain block is put together only when it is asked for.
 */
export class Blocks {
  readonly plain: PlainBlocks;
  /** Those that are not plain, in the order in which they were first written. */
  readonly others: readonly Block[];
  readonly #touched: TouchedBlocks;
  readonly #commandsAt: (place: number) => Int32Array;
  readonly #appliesAt: (place: number) => Int32Array;
  /** Blocks that were put together, by their place. */
  readonly #made = new Map<number, Block>();
  readonly #isUnique: (payload: PayloadId) => boolean;
  /** Of bytes that several commands carry: the first block that was given them. */
  readonly #onlyBlock = new Map<PayloadId, number>();
  /** Zeroes and deallocation look alike whoever wrote them. */
  readonly #repeated = new Set<PayloadId>([deallocated, 0]);

  constructor(private readonly history: History) {
    this.#touched = touchedBlocks(history);
    const { lbas, commands, applies } = this.#touched;
    this.#commandsAt = commands.sorted(lbas.count);
    this.#appliesAt = applies.sorted(lbas.count);
    this.#isUnique = writtenOnce(history);
    this.plain = new PlainBlocks(history, this.#touched, this.#isUnique);
    const others: Block[] = [];
    for (let place = 0; place < lbas.count; place++) {
      if (!this.plain.has(place)) others.push(this.#at(place));
    }
    this.others = others;
  }

  /** Every block that was changed, in the order in which they were first written. */
  get lbas(): readonly number[] {
    return this.#touched.lbas.keys;
  }

  /** The place of a block among `lbas`; undefined where nothing changed it. */
  placeOf(lba: number): number | undefined {
    return this.#touched.lbas.find(lba);
  }

  /** A block that was changed; the same one each time. */
  at(lba: number): Block | undefined {
    const place = this.placeOf(lba);
    return place === undefined ? undefined : this.#at(place);
  }

  /**
   * Whether the application wrote these bytes more than once, so that a retry of them cannot be told from
   * another write of equal bytes.
   */
  isRepeated(payload: PayloadId): boolean {
    return this.#repeated.has(payload);
  }

  /** Every logical write of every block. */
  *allWrites(): Iterable<LogicalWrite> {
    for (let place = 0; place < this.lbas.length; place++) {
      const block = this.#made.get(place) ?? this.#make(place);
      yield* block.writes.writes;
    }
  }

  /** Visits every block of every apply with the likeliest command, where it has one; in no order. */
  forEachCause(visit: (apply: Apply, command: number) => void): void {
    for (const { applies } of this.others) {
      for (const { apply, command } of applies) if (command !== null) visit(apply, command);
    }
    this.#touched.applies.forEach((place, id) => {
      if (!this.plain.has(place)) return;
      const apply = this.history.applies[id]!;
      visit(apply, apply.candidates[this.lbas[place]! - apply.slba]![0]!);
    });
  }

  #at(place: number): Block {
    let block = this.#made.get(place);
    if (block === undefined) this.#made.set(place, (block = this.#make(place)));
    return block;
  }

  #make(place: number): Block {
    const { history } = this;
    const lba = this.lbas[place]!;
    const block = untouched(lba);
    for (const id of this.#commandsAt(place)) {
      const command = history.commands[id]!;
      const { host } = history.associations[command.association]!;
      const payload = sentPayload(command, lba);
      if (payload === undefined) block.halfSent.push({ command, host });
      else if (this.#isUnique(payload)) block.writes.add(command, host, payload, true);
      else this.#addShared(block, command, host, payload);
    }
    for (const id of this.#appliesAt(place)) {
      const apply = history.applies[id]!;
      const index = lba - apply.slba;
      const payload = payloadOf(apply, index);
      if (payload === undefined) continue;
      const candidates = apply.candidates[index] ?? [];
      block.applies.push({ apply, payload, candidates, command: null });
    }
    narrow(block.applies);
    chooseLikeliest(block.applies, (id) => history.commands[id]!.answerSentAt);
    return block;
  }

  /** A write of bytes that other commands carry too: a plain block has none. */
  #addShared(block: Block, command: Command, host: string, payload: PayloadId): void {
    const elsewhere = this.#onlyBlock.get(payload);
    if (elsewhere === undefined) this.#onlyBlock.set(payload, block.lba);
    else if (elsewhere !== block.lba) this.#repeated.add(payload);
    if (block.writes.add(command, host, payload)) this.#repeated.add(payload);
  }
}

/** A block that no command and no request changed. */
export function untouched(lba: number): Block {
  return { lba, writes: new LogicalWritesOfBlock(), halfSent: [], applies: [] };
}

/**
 * Whether a write may have been applied to the block over one that started after it. On all others the medium's
 * order is the order sent, and nothing can be stale whatever the profile.
 */
export function isOutOfOrder({ commands }: History, { writes, applies }: Block): boolean {
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
