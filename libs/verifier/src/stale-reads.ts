import type { Apply, Command } from '@fenceline/history';
import type { Facts } from './facts.js';
import { succeeded } from './logical-writes.js';
import type { StaleOverwrite } from './stale-witness.js';

/** The application was given the older bytes after they had overwritten the newer ones. */
export interface StaleRead {
  command: Command;
  lba: number;
}

/**
 * The first read that returned the bytes of each stale apply after it, where there is one: sent after the
 * apply, and of bytes that nobody wrote a second time.
 */
export function readsAfter(
  { history, blocks }: Facts,
  overwrites: readonly StaleOverwrite[],
): Map<Apply, StaleRead> {
  const byLba = new Map<number, StaleOverwrite[]>();
  for (const overwrite of overwrites) {
    if (blocks.isRepeated(overwrite.payload)) continue;
    // The witness is about the first of its blocks, whose bytes it names.
    const lba = overwrite.lbas[0]!;
    const list = byLba.get(lba);
    if (list === undefined) byLba.set(lba, [overwrite]);
    else list.push(overwrite);
  }

  const reads = new Map<Apply, StaleRead>();
  if (byLba.size === 0) return reads;
  for (const command of history.commands) {
    if (command.op !== 'read' || !succeeded(command)) continue;
    for (let index = 0; index < command.blocks; index++) {
      const lba = command.slba + index;
      for (const { apply, payload } of byLba.get(lba) ?? []) {
        if (reads.has(apply) || command.payloads[index] !== payload) continue;
        if (command.sentAt > apply.appliedAt) reads.set(apply, { command, lba });
      }
    }
  }
  return reads;
}
