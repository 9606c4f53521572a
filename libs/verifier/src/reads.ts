import type { Command, History } from '@fenceline/history';
import { listOf } from './lists.js';
import { succeeded } from './logical-writes.js';
import type { Observation } from './register.js';

/** What one read returned of one block. */
export interface BlockRead extends Observation {
  command: Command;
}

/** Every block of every read that succeeded, where its bytes were seen; of each block in the order sent. */
export function readsByBlock({ commands }: History): Map<number, BlockRead[]> {
  const reads = new Map<number, BlockRead[]>();
  for (const command of commands) {
    if (command.op !== 'read' || !succeeded(command)) continue;
    const { sentAt: from, answeredAt: to, slba, payloads } = command;
    for (let index = 0; index < payloads.length; index++) {
      const payload = payloads[index]!;
      if (payload >= 0) listOf(reads, slba + index).push({ payload, from, to, command });
    }
  }
  return reads;
}
