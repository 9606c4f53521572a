import type { Command, History } from '@fenceline/history';
import { listOf } from './lists.js';
import { succeeded } from './logical-writes.js';
import type { MediumOrder } from './medium-order.js';
import type { Observation } from './register.js';

/** What one read returned of one block. */
export interface BlockRead extends Observation {
  command: Command;
}

/** What the reads of a recording returned. */
export interface Reads {
  /** How many blocks were read, each as often as it was. */
  count: number;
  /** By block, in the order sent: all of its reads, where the medium's order does not explain one of them. */
  unexplained: ReadonlyMap<number, readonly BlockRead[]>;
}

/** Every block of every read that succeeded, where its bytes were seen. */
export function readsOf(history: History, order: MediumOrder): Reads {
  let count = 0;
  const unclear = new Set<number>();
  forEachRead(history, (lba, payload, command) => {
    count++;
    const observation = { payload, from: command.sentAt, to: command.answeredAt };
    if (!order.explains(lba, observation)) unclear.add(lba);
  });
  const unexplained = new Map<number, BlockRead[]>();
  if (unclear.size === 0) return { count, unexplained };
  forEachRead(history, (lba, payload, command) => {
    if (!unclear.has(lba)) return;
    const { sentAt: from, answeredAt: to } = command;
    listOf(unexplained, lba).push({ payload, from, to, command });
  });
  return { count, unexplained };
}

function forEachRead(
  { commands }: History,
  visit: (lba: number, payload: number, command: Command) => void,
): void {
  for (const command of commands) {
    if (command.op !== 'read' || !succeeded(command)) continue;
    const { slba, payloads } = command;
    for (let index = 0; index < payloads.length; index++) {
      const payload = payloads[index]!;
      if (payload >= 0) visit(slba + index, payload, command);
    }
  }
}
