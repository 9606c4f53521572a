import type { History } from '@fenceline/history';
import type { Blocks } from './blocks.js';

/** How far the block layer of the nodes cut and joined what they were given. */
export interface Joins {
  /** Writes whose blocks were applied by several requests. */
  splitWrites: number;
  /** Applied requests that join the blocks of several writes. */
  mergedApplies: number;
}

/** Counts splits and merges, under the likeliest assignment of applies to commands. */
export function countJoins(history: History, blocks: Blocks): Joins {
  const requestOf = new Int32Array(history.commands.length).fill(-1);
  const commandOf = new Int32Array(history.applies.length).fill(-1);
  const split = new Set<number>();
  const merged = new Set<number>();
  blocks.forEachCause(({ id }, command) => {
    if (requestOf[command] === -1) requestOf[command] = id;
    else if (requestOf[command] !== id) split.add(command);
    if (commandOf[id] === -1) commandOf[id] = command;
    else if (commandOf[id] !== command) merged.add(id);
  });
  return { splitWrites: split.size, mergedApplies: merged.size };
}
