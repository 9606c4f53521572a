import type { Command, History } from '@fenceline/history';
import { untouched, type Blocks } from './blocks.js';
import { succeeded } from './logical-writes.js';
import type { MediumOrder } from './medium-order.js';
import { NumbersByPlace, Places } from './numbers-by-place.js';
import type { Observation } from './register.js';

/** What one read returned of one block. */
export interface BlockRead extends Observation {
  command: Command;
}

/** What the reads of a recording returned. */
export interface Reads {
  /** How many blocks were read, each as often as it was. */
  count: number;
  /** By block, in the order sent: its reads, where the order of the medium does not explain all of them. */
  unexplained: ReadonlyMap<number, readonly BlockRead[]>;
}

/** Every block of every read that succeeded, where its bytes were seen. */
export function readsOf({ commands }: History, blocks: Blocks, order: MediumOrder): Reads {
  const lbas = new Places();
  const reads = new NumbersByPlace();
  let count = 0;
  for (const command of commands) {
    if (command.op !== 'read' || !succeeded(command)) continue;
    const { id, slba, payloads } = command;
    for (let index = 0; index < payloads.length; index++) {
      if (!(payloads[index]! >= 0)) continue;
      reads.add(lbas.of(slba + index), id);
      count++;
    }
  }
  const readsAt = reads.sorted(lbas.count);
  const unexplained = new Map<number, readonly BlockRead[]>();
  for (const [lba, place] of lbas.entries()) {
    const observations = Array.from(readsAt(place), (id) => readOf(commands[id]!, lba));
    const block = blocks.byLba.get(lba) ?? untouched(lba);
    if (!order.explains(block, observations)) unexplained.set(lba, observations);
  }
  return { count, unexplained };
}

function readOf(command: Command, lba: number): BlockRead {
  const { sentAt: from, answeredAt: to, slba, payloads } = command;
  return { payload: payloads[lba - slba]!, from, to, command };
}
