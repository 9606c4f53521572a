import { changesMedium, forEachBlock, never, type History } from '@fenceline/history';
import type { Block, Blocks } from './blocks.js';
import { hostFenceEnd } from './fence.js';
import { succeeded } from './logical-writes.js';
import { profiles } from './profiles.js';
import type { Observation } from './register.js';

/**
 * The blocks of which the medium itself shows a legal order, whatever the profile: each of their writes took
 * effect once, after it was sent and before it was closed. On those nothing is stale (an older write that comes over
 * a newer one was not closed when that was sent), and what was seen is legal where the medium held it meanwhile. Nearly
 * every block is such a one; no other needs to be searched for an order.
 */
export class MediumOrder {
  /** Blocks with a write that was, or may have been, closed by a fence before its success was delivered. */
  readonly #fenced = new Set<Block>();

  /** @param giveUpAt - by association: when its host gave it up, or `never` */
  constructor(history: History, blocks: Blocks, giveUpAt: readonly number[]) {
    const fenceEnds = history.associations.map((association) => {
      const under = profiles.map((it) =>
        hostFenceEnd(history, association, giveUpAt[association.id]!, it),
      );
      return Math.min(...under.map(({ at }) => at));
    });
    if (fenceEnds.every((end) => end === never)) return;
    for (const command of history.commands) {
      if (command.answeredAt <= fenceEnds[command.association]! || !changesMedium(command))
        continue;
      forEachBlock(command, (lba) => {
        const block = blocks.byLba.get(lba);
        if (block !== undefined) this.#fenced.add(block);
      });
    }
  }

  /** Whether the order in which the medium took the block's writes is a legal one. */
  isLegal(block: Block): boolean {
    return block.appliedInTime && !this.#fenced.has(block);
  }

  /**
   * Whether it is one, and the medium held each value at some moment at which it was seen.
   *
   * @param observations - in the order in which they began
   */
  explains(block: Block, observations: readonly Observation[]): boolean {
    if (!this.isLegal(block)) return false;
    const { applies } = block;
    /** What was applied before an observation began. */
    let before = 0;
    for (const { payload, from, to } of observations) {
      if (payload < 0) continue;
      while (before < applies.length && applies[before]!.apply.appliedAt <= from) before++;
      let at = before;
      while ((at === 0 ? 0 : applies[at - 1]!.payload) !== payload) {
        if (at === applies.length || applies[at]!.apply.appliedAt > to) return false;
        at++;
      }
    }
    return true;
  }
}

/**
 * Finds of block after block whether each of its commands succeeded with the bytes that it sent, and was applied once,
 * after it was sent and before its answer was delivered.
 */
export class AppliedInTime {
  /** By command: the last block on which an apply of it was seen, counted from 1. */
  readonly #seenOn: Int32Array;
  #blocks = 0;

  constructor(private readonly history: History) {
    this.#seenOn = new Int32Array(history.commands.length);
  }

  /**
   * @param commands - how many commands change the block
   * @param requests - how many requests were applied to it, whether their bytes are known or not
   */
  isTrueOf({ halfSent, applies }: Block, commands: number, requests: number): boolean {
    this.#blocks++;
    if (halfSent.length > 0 || applies.length !== commands || applies.length !== requests)
      return false;
    let last = -never;
    for (const { apply, payload, candidates } of applies) {
      if (candidates.length !== 1 || payload < 0 || apply.appliedAt < last) return false;
      last = apply.appliedAt;
      const command = this.history.commands[candidates[0]!]!;
      if (!succeeded(command) || command.deliveredPayloads !== undefined) return false;
      if (last < command.sentAt || last > command.answeredAt) return false;
      if (this.#seenOn[command.id] === this.#blocks) return false;
      this.#seenOn[command.id] = this.#blocks;
    }
    return true;
  }
}
