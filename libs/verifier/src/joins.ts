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
export function countJoins(history: History, { byLba }: Blocks): Joins {
  const requestOf = new Int32Array(history.commands.length).fill(-1);
  const commandOf = new Int32Array(history.applies.length).fill(-1);
  const split = new Set<number>();
  const merged = new Set<number>();
  for (const { applies } of byLba.values()) {
    for (const { apply, command } of applies) {
      if (command === null) continue;
      if (requestOf[command] === -1) requestOf[command] = apply.id;
      else if (requestOf[command] !== apply.id) split.add(command);
      if (commandOf[apply.id] === -1) commandOf[apply.id] = command;
      else if (commandOf[apply.id] !== command) merged.add(apply.id);
    }
  }
  return { splitWrites: split.size, mergedApplies: merged.size };
}
