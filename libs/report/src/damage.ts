import type { Command, History, PayloadId } from '@fenceline/history';
import type { StaleWrite } from './story.js';

/** A block as the application found it after a stale write, against what it had been promised. */
export interface Damage {
  lba: number;
  /** The last write that the application was told had succeeded. */
  promised: { payload: PayloadId; command: Command };
  /** The last read of the block after that, and the write that first carried what it returned. */
  read: { payload: PayloadId; command: Command; writtenBy: Command | null } | null;
}

/**
 * For each block under a stale write: the value of the write acknowledged last, and the value that the
 * application read in the end. They differ where the stale write is what it reads.
 */
export function damageOf(stale: readonly StaleWrite[], history: History): Damage[] {
  const blocks = new Map<number, { promised: Command | null; read: Command | null }>();
  for (const { lba } of stale) blocks.set(lba, { promised: null, read: null });
  const firstWriter = new Map<string, Command>();
  for (const command of blocks.size > 0 ? history.commands : []) {
    if (command.op === 'other' || command.op === 'flush') continue;
    for (let i = 0; i < command.blocks; i++) {
      const block = blocks.get(command.slba + i);
      const payload = command.payloads[i];
      if (!block || payload === undefined || !Number.isFinite(command.answeredAt)) continue;
      if (command.op === 'read') {
        if (command.status === 0) block.read = command;
        continue;
      }
      const key = `${command.slba + i}/${payload}`;
      if (!firstWriter.has(key)) firstWriter.set(key, command);
      // Commands come in the order sent: a write sent later and acknowledged is the newer promise.
      if (command.status === 0) block.promised = command;
    }
  }
  // An unanswered original is still the one that first carried the stale bytes.
  for (const { lba, original } of stale) {
    const payload = original?.payloads[lba - original.slba];
    if (original && payload !== undefined) firstWriter.set(`${lba}/${payload}`, original);
  }
  return [...blocks].flatMap(([lba, { promised, read }]) => {
    const payload = promised?.payloads[lba - promised.slba];
    if (!promised || payload === undefined) return [];
    const after = read && read.sentAt > promised.answeredAt ? read : null;
    const got = after?.payloads[lba - after.slba];
    return {
      lba,
      promised: { payload, command: promised },
      read:
        after && got !== undefined
          ? { payload: got, command: after, writtenBy: firstWriter.get(`${lba}/${got}`) ?? null }
          : null,
    };
  });
}
