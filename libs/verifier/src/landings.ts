import { never, type Command, type History } from '@fenceline/history';
import type { Blocks } from './blocks.js';

/** When commands took effect on the medium, under the likeliest assignment of applies to commands. */
export class Landings {
  readonly #blocks: Uint32Array;
  readonly #last: Float64Array;
  readonly #lastCertain: Float64Array;
  readonly #lastOfAssociation: Float64Array;

  constructor(history: History, blocks: Blocks) {
    const count = history.commands.length;
    this.#blocks = new Uint32Array(count);
    this.#last = new Float64Array(count).fill(-never);
    this.#lastCertain = new Float64Array(count).fill(-never);
    this.#lastOfAssociation = new Float64Array(history.associations.length).fill(-never);
    const lastBlock = new Float64Array(count).fill(-1);
    for (const block of blocks.byLba.values()) {
      for (const { apply, candidates, command: id } of block.applies) {
        if (id === null) continue;
        const at = apply.appliedAt;
        const { association } = history.commands[id]!;
        // A node that was told of a failure may send the same block once more.
        if (lastBlock[id] !== block.lba) this.#blocks[id]!++;
        lastBlock[id] = block.lba;
        raise(this.#last, id, at);
        if (candidates.length === 1) raise(this.#lastCertain, id, at);
        raise(this.#lastOfAssociation, association, at);
      }
    }
  }

  /** When all blocks of the command had been applied; `never` while one is missing. */
  appliedAt(command: Command): number {
    return this.#blocks[command.id]! >= blocksOf(command) ? this.#last[command.id]! : never;
  }

  /** When a block of the command was last applied; -Infinity when none was. */
  lastApplyAt(command: Command): number {
    return this.#last[command.id]!;
  }

  /** The same, of applies that only this command explains. */
  lastCertainApplyAt(command: Command): number {
    return this.#lastCertain[command.id]!;
  }

  /** When a command of the association was last applied; -Infinity when none was. */
  lastApplyOf(association: number): number {
    return this.#lastOfAssociation[association]!;
  }
}

/** Blocks of all ranges of a command. */
function blocksOf({ blocks, ranges }: Command): number {
  return ranges?.reduce((sum, range) => sum + range.blocks, 0) ?? blocks;
}

function raise(values: Float64Array, index: number, value: number): void {
  if (value > values[index]!) values[index] = value;
}
